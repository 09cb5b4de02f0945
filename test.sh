#!/usr/bin/env bash
# Runs all tests. The contract tests run on the embedded server and on a real etcd, so Debian's etcd is installed first where it is missing. Contracts, comparisons and faults
# run once more on an etcd of the 3.5 line, which build/etcd-newer.sh finds or fetches without touching the system.
#   ./test.sh                    all tests
#   ./test.sh --filter Lock      what follows is passed on to 'dotnet test'
set -euo pipefail

# A shell that was started in the background ignores SIGINT, one under nohup SIGHUP, and so would every program that the tests start and interrupt.
if [ -z "${COORDINATION_TEST_SIGNALS:-}" ] && env --default-signal=INT,HUP true 2>/dev/null; then
    COORDINATION_TEST_SIGNALS=default exec env --default-signal=INT,HUP bash "$0" "$@"
fi

cd "$(dirname "$0")"

install_etcd() {
    echo "test.sh: etcd is not installed; the contract tests also run on a real etcd."
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "test.sh: this is no Debian or Ubuntu. Install etcd and etcdctl (3.4 or newer) so that both are on the PATH, then run this again." >&2
        exit 1
    fi

    local sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || { echo "test.sh: run 'apt-get install etcd-server etcd-client' as root, then run this again." >&2; exit 1; }
        sudo="sudo"
    fi

    echo "test.sh: installing Debian's packages etcd-server and etcd-client (apt-get). Where systemd runs, Debian also starts its etcd"
    echo "test.sh: service on port 2379; the tests do not use it ('systemctl disable --now etcd' stops it)."
    $sudo apt-get update -q >/dev/null
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends etcd-server etcd-client >/dev/null
    command -v etcd >/dev/null 2>&1 && command -v etcdctl >/dev/null 2>&1 || { echo "test.sh: the packages did not bring etcd and etcdctl." >&2; exit 1; }
}

install_chromium() {
    local sudo=""
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" -ne 0 ]; then
        # Only where it needs no password: this is not worth a question.
        sudo="sudo -n"
        $sudo true 2>/dev/null || return 1
    fi

    $sudo apt-get update -q >/dev/null 2>&1 || return 1
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends chromium >/dev/null 2>&1 || return 1
    command -v chromium >/dev/null 2>&1
}

command -v dotnet >/dev/null 2>&1 || { echo "test.sh: the .NET SDK 10 is needed: 'dotnet' is not on the PATH." >&2; exit 1; }
if ! command -v etcd >/dev/null 2>&1 || ! command -v etcdctl >/dev/null 2>&1; then
    install_etcd
fi

# The dashboard is tested in a browser. Without one these tests are skipped, which the last line counts.
if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
    echo "test.sh: there is no Chromium; the dashboard is tested in one. Installing Debian's package chromium (apt-get)."
    if ! install_chromium; then
        echo "test.sh: Chromium could not be installed: the tests of the dashboard's page are skipped. By hand: apt-get install chromium." >&2
    fi
fi

echo "test.sh: $(etcd --version | head -n 1), .NET SDK $(dotnet --version)"
# One compiler for all projects, which is warm after the first, also where the environment asks for one each.
dotnet build Coordination.sln -c Release --nologo -v quiet -p:UseSharedCompilation=true
dotnet build-server shutdown --vbcscompiler >/dev/null

results=$(mktemp -d)
lane=""
trap '[ -z "$lane" ] || kill -- "-$lane" 2>/dev/null || true; rm -rf "$results"' EXIT
status=0
not_run=0

# A test that hangs ends its run, which names it, instead of waiting for ever.
run() { # project arguments
    dotnet test "tests/Coordination.$1" -c Release --no-build --nologo --logger "console;verbosity=minimal" --logger "trx" --results-directory "$results" \
        --blame-hang-timeout 5m --blame-hang-dump-type none "${@:2}" || status=1
}
on_newer() { # project classes
    [ -z "$newer" ] || PATH="$newer:$PATH" run "$1" --filter "$(any "$2")"
}
any() { sed 's/[^|]*/FullyQualifiedName~&./g' <<<"$1"; }
none() { any "$1" | sed 's/~/!~/g; s/|/\&/g'; }
beside() { # function: it runs beside what follows, until met
    # In a group of its own: what a shell starts in the background otherwise ignores SIGINT, and so would the programs that its tests interrupt.
    set -m
    { "$1"; exit $status; } >"$results/beside" 2>&1 </dev/null &
    lane=$!
    set +m
}
met() {
    wait "$lane" || status=1
    lane=""
    cat "$results/beside"
}
skip() { # project classes why
    echo "test.sh: skipped on etcd 3.5, $3: $2"
    not_run=$((not_run + $(dotnet test "tests/Coordination.$1" -c Release --no-build --nologo --list-tests --filter "$(any "$2")" | grep -c '^    ')))
}

if [ $# -gt 0 ]; then
    for project in tests/*Tests; do
        run "${project#tests/Coordination.}" "$@"
    done
else
    contracts="EtcdClientOnRealEtcd|EtcdViewsOnRealEtcd|ClustersOnRealEtcd|JournalOnRealEtcd|LockOnRealEtcd|LockLineOnRealEtcd|SharedLockOnRealEtcd|MultiLockOnRealEtcd|ElectionOnRealEtcd|ElectionLineOnRealEtcd|WatchOnRealEtcd|RegistrationOnRealEtcd|LayoutsOnRealEtcd|LockThroughProxy|WatchThroughProxy|TlsOnRealEtcd|AuthenticationOnRealEtcd|JwtOnRealEtcd"
    comparisons="Differential|ComparisonTests|VersionsTests|EtcdctlTests|SnapshotCommandTests"
    faults="LockFaultsOnRealEtcd|LockNetworkFaultsOnRealEtcd|SharedLockFaultsOnRealEtcd|WatchFaultsOnRealEtcd|ServiceFaultsOnRealEtcd|EtcdProcessFaults|SharedLockProcessFaults|WatchProcessFaults|ServiceProcessFaults|ServiceClusterFaults|OutOfSpaceFaults|FailoverOnRealEtcd|ClusterTests|RestoredBackupFaults"
    waiting="DeadToolOnEmbedded|DeadToolOnRealEtcd|StopWithoutEtcdTests"

    # Contracts, comparisons and faults run once more on an etcd of the 3.5 line, which stands before the installed one in the PATH.
    newer=""
    not_here=""
    if [[ "$(etcd --version)" == *" 3.4."* ]]; then
        not_here="&Category!=Newer"
        if newer=$(./build/etcd-newer.sh 2>"$results/missing"); then
            echo "test.sh: also on $("$newer/etcd" --version | head -n 1)"
        else
            skip IntegrationTests "$contracts|$faults" "$(head -n 1 "$results/missing")"
            skip Embedded.Tests "$comparisons" "$(head -n 1 "$results/missing")"
        fi
    fi

    # One project after the other: the tests of each run in parallel themselves, and some measure times. Two go side by side only where both mostly wait, or one of them needs
    # no etcd and no time.
    calm() {
        on_newer IntegrationTests "$faults"
        run IntegrationTests --filter "Category=Undisturbed&FullyQualifiedName~OnEmbedded"
        run Demo.Tests --filter "$(any "$waiting")"
    }
    contracts_on_newer() {
        on_newer IntegrationTests "$contracts"
    }

    run Packages.Tests
    run Demo.Tests --filter "$(none "$waiting")"
    run Embedded.Tests
    run IntegrationTests --filter "Category!=Undisturbed$not_here"
    beside calm
    run IntegrationTests --filter "Category=Undisturbed&FullyQualifiedName!~OnEmbedded"
    met
    beside contracts_on_newer
    run Tests
    met
    on_newer Embedded.Tests "$comparisons"
fi

# What was counted, from the runners' own result files.
count() { grep -ho "<Counters [^>]*" "$results"/*.trx 2>/dev/null | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{ n += $1 } END { print n + 0 }'; }
passed=$(count passed)
failed=$(($(count executed) - passed))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    echo "test.sh: a test run ended without counting all of its tests."
    failed=1
fi
echo "$passed passed, $failed failed, $(($(count total) - $(count executed) + not_run)) skipped"
exit $status
