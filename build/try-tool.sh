#!/usr/bin/env bash
# What a user of the tool does, with what build/pack.sh made:   ./build/try-tool.sh [feed]   (without a feed it packs first)
# Installs the .NET tool from the package into a folder of its own, and copies the self-contained folder to a place from which no .NET can be found; with both
# it runs the commands, away from the sources and with an empty home. Takes about a minute, and packing some more.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
server_pid="" dashboard_pid="" register_pid=""
finish() {
    for pid in $dashboard_pid $register_pid $server_pid; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
fail() { echo "try-tool.sh: $*" >&2; exit 1; }

feed=${1:-}
if [ -z "$feed" ]; then
    feed="$work/feed"
    "$root/build/pack.sh" "$feed" >/dev/null
fi
feed=$(realpath "$feed")
mkdir "$work/home" "$work/bin" "$work/elsewhere"
cd "$work/elsewhere"

# The package, from this feed alone.
cat > "$work/nuget.config" <<CONFIG
<configuration><packageSources><clear /><add key="folder" value="$feed" /></packageSources></configuration>
CONFIG
HOME="$work/home" DOTNET_CLI_HOME="$work/home" NUGET_PACKAGES="$work/cache" dotnet tool install Coordination.Tool --version 0.1.0 --tool-path "$work/tools" --configfile "$work/nuget.config" >/dev/null

# A PATH with what the tool may use, and no dotnet.
for program in sh sleep setsid setpriv true echo cat; do
    ln -s "$(type -P "$program")" "$work/bin/$program"
done

wait_for() { # file text: until the text is in the file; the writer's end is the limit of it
    local i
    for i in $(seq 1 600); do
        grep -q "$2" "$1" 2>/dev/null && return 0
        sleep 0.05
    done
    fail "'$2' was not printed: $(cat "$1")"
}

try() { # name, then how to run the tool
    local name=$1
    shift
    echo "== $name"
    "$@" --help | grep -q "coordination lock /jobs/backup" || fail "$name: the help does not name the tool as one types it."
    "$@" etcd serve --port 0 >"$work/server" 2>&1 &
    server_pid=$!
    wait_for "$work/server" "serves on"
    local at
    at=$(grep -o 'http://[0-9.:]*[0-9]' "$work/server" | head -n 1)

    [ "$("$@" kv put /a 1 --etcd "$at")" = OK ] || fail "$name: kv put"
    [ "$("$@" kv get /a --print-value-only --etcd "$at")" = 1 ] || fail "$name: kv get"
    [ "$("$@" lock /x --etcd "$at" -- echo held)" = held ] || fail "$name: lock"
    [ "$("$@" elect /e --etcd "$at" -- echo leads 2>/dev/null)" = leads ] || fail "$name: elect"
    "$@" lease grant 60 --etcd "$at" | grep -q granted || fail "$name: lease grant"
    "$@" endpoint health --etcd "$at" | grep -q "is healthy" || fail "$name: endpoint health"
    "$@" register web 10.0.0.1:80 --etcd "$at" >"$work/register" 2>&1 &
    register_pid=$!
    wait_for "$work/register" "Ctrl-C ends it"
    "$@" discover web --once --etcd "$at" | grep -q "10.0.0.1:80" || fail "$name: discover"
    "$@" top --once --etcd "$at" | grep -q "web .*serving" || fail "$name: top"
    "$@" dashboard --listen 127.0.0.1:0 --etcd "$at" >"$work/dashboard" 2>&1 &
    dashboard_pid=$!
    wait_for "$work/dashboard" "The dashboard is at"
    local port
    port=$(grep -o ':[0-9]*/' "$work/dashboard" | tr -d ':/')
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    grep -q "<title>Coordination</title>" <&3 || fail "$name: dashboard"
    exec 3>&-
    "$@" --duration 3s --workers 2 >/dev/null || fail "$name: the demo"
    for pid in $dashboard_pid $register_pid $server_pid; do
        kill "$pid"
        wait "$pid" || fail "$name: a command did not end with 0 on SIGTERM"
    done
    dashboard_pid="" register_pid="" server_pid=""
}

try "the .NET tool" env HOME="$work/home" "$work/tools/coordination"
if [ -d "$feed/coordination" ]; then
    cp -R "$feed/coordination" "$work/folder"
    try "the folder, without .NET" env -i HOME="$work/home" PATH="$work/bin" DOTNET_ROOT=/nonexistent "$work/folder/coordination"
fi
echo "try-tool.sh: works."
