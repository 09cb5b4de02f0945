#!/usr/bin/env bash
# What a new user does: packs, makes an empty worker outside of this repository, takes the packages from the folder, pastes the code of docs/getting-started.md, and runs it: on the
# embedded server, then, with one line of its configuration changed, on a real etcd (the program 'etcd' must be on the PATH). Then the web service of
# the same page in the same way, two of them. Takes about two minutes.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
etcd_pid=""
finish() {
    for pid in $etcd_pid ${services:-}; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT

feed="$work/feed"
"$root/build/pack.sh" "$feed" packages

cd "$work"
dotnet new worker -o hello >/dev/null
cd hello
cat > nuget.config <<CONFIG
<configuration><packageSources><add key="folder" value="$feed" /></packageSources></configuration>
CONFIG
# Its own cache, so that packages of the same version from before are not used.
export NUGET_FALLBACK_PACKAGES="${NUGET_PACKAGES:-$HOME/.nuget/packages}" NUGET_PACKAGES="$work/cache"
dotnet add package Coordination --version 0.1.0 >/dev/null
dotnet add package Coordination.Embedded --version 0.1.0 >/dev/null

# The page's code: each block has its file above it.
page() { awk -v file="docs/samples/$1" 'index($0, "<!-- sample: " file " -->") { found = 1; next } found && /^```(csharp|json)$/ { on = 1; next } on && /^```$/ { exit } on' "$root/docs/getting-started.md"; }
page CronWorker/Program.cs > Program.cs
page CronWorker/NightlyReport.cs > NightlyReport.cs
page CronWorker/appsettings.json > appsettings.json
rm -f Worker.cs
dotnet build -c Release --nologo -v quiet

cp appsettings.json bin/Release/net10.0/
cd bin/Release/net10.0
run() { timeout --signal=TERM 6 ./hello | tee "$work/output" || true; }
check() { grep -q "The report is written" "$work/output" || { echo "try-packages.sh: no report was written on $1." >&2; exit 1; }; }

echo "== embedded"
run
check "the embedded server"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo 23790)
peer=$((port + 1))
etcd --data-dir "$work/etcd" --listen-client-urls "http://127.0.0.1:$port" --advertise-client-urls "http://127.0.0.1:$port" \
    --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "default=http://127.0.0.1:$peer" >"$work/etcd.log" 2>&1 &
etcd_pid=$!

echo "== etcd on port $port, by one changed line"
sed -i "s|\"Embedded\": true|\"Etcd\": { \"Endpoints\": [ \"http://127.0.0.1:$port\" ] }|" appsettings.json
cat appsettings.json
run
check "the real etcd"
ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$port" get /reports/latest
[ -z "$(ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$port" get --prefix /jobs/)" ] || { echo "try-packages.sh: a lock was left behind." >&2; exit 1; }

echo "== a web service, twice"
cd "$work"
dotnet new web -o FirstService >/dev/null
cd FirstService
cp ../hello/nuget.config .
for package in Coordination Coordination.Embedded Coordination.AspNetCore; do dotnet add package "$package" --version 0.1.0 >/dev/null; done
page FirstService/Program.cs > Program.cs
page FirstService/Cleaner.cs > Cleaner.cs
echo "{ \"Coordination\": { \"Etcd\": { \"Endpoints\": [ \"http://127.0.0.1:$port\" ] } } }" > appsettings.json
dotnet build -c Release --nologo -v quiet
cp appsettings.json bin/Release/net10.0/
cd bin/Release/net10.0
for n in 1 2; do ./FirstService --urls http://127.0.0.1:0 > "$work/service$n" & services="${services:-} $!"; done
until_says() { for _ in $(seq 100); do if grep -q "$2" "$work/service$1"; then return; fi; read -rt 0.2 <> <(:) || true; done; echo "try-packages.sh: service $1 did not say '$2'." >&2; exit 1; }
for n in 1 2; do until_says $n "registered on lease"; done
address=$(sed -n 's/.*Now listening on: //p' "$work/service1" | head -n 1)
curl -fsS "$address/ready"; echo
curl -fsS "$address/somebody"; echo
curl -fsS -X POST "$address/orders/7"; echo
kill -TERM $services
wait $services
[ "$(grep -l "Cleaning up" "$work/service1" "$work/service2" | wc -l)" -ge 1 ] || { echo "try-packages.sh: nobody cleaned up." >&2; exit 1; }
[ -z "$(ETCDCTL_API=3 etcdctl --endpoints "127.0.0.1:$port" get --prefix --keys-only /services/)" ] || { echo "try-packages.sh: a registration was left behind." >&2; exit 1; }
echo "try-packages.sh: works."
