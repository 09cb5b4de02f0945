#!/usr/bin/env bash
# Prints the folder of an etcd of the 3.5 line or newer, with its etcdctl, beside an older one that is installed:   ./build/etcd-newer.sh
# The tests run on it too. It is looked for in COORDINATION_NEWER_ETCD and in the cache; on Debian the packages of the next release are fetched as the machine fetches its own,
# and unpacked in the cache. The system is not touched. Ends with 1 and one line that says why when there is none.
set -euo pipefail

cache="${XDG_CACHE_HOME:-${HOME:?}/.cache}/coordination/etcd-newer"
none() { echo "no etcd 3.5: $*" >&2; exit 1; }
is_newer() {
    [ -x "$1/etcd" ] && [ -x "$1/etcdctl" ] || return 1
    local version
    version=$("$1/etcd" --version 2>/dev/null | sed -n 's/^etcd Version: //p')
    [ -n "$version" ] && [ "$(printf '3.5.0\n%s\n' "$version" | sort -V | head -n 1)" = 3.5.0 ]
}

if [ -n "${COORDINATION_NEWER_ETCD:-}" ]; then
    is_newer "$COORDINATION_NEWER_ETCD" || none "COORDINATION_NEWER_ETCD names no folder with etcd and etcdctl 3.5 or newer"
    echo "$COORDINATION_NEWER_ETCD"
    exit
fi

if is_newer "$cache/usr/bin"; then
    echo "$cache/usr/bin"
    exit
fi

command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 || none "this is no Debian; name a folder that has it in COORDINATION_NEWER_ETCD"
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ "$suite" = bookworm ] || none "it is known for Debian 12 only where to fetch it; name a folder that has it in COORDINATION_NEWER_ETCD"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$work/unpacked"

# The machine's own main entry, with the suite of the next release: its server, its keys.
if [ -e /etc/apt/sources.list.d/debian.sources ]; then
    awk -v RS= -v suite="$suite" '("\n" $0) ~ ("\nSuites:[^\n]* " suite "([ \n]|$)") { print; exit }' /etc/apt/sources.list.d/debian.sources |
        sed -e '/^#/d' -e 's/^Suites:.*/Suites: trixie/' > "$work/sources/newer.sources"
else
    sed -n "s/^\(deb .*\) $suite \(.*\)/\1 trixie \2/p" /etc/apt/sources.list 2>/dev/null | head -n 1 > "$work/sources/newer.list"
fi

apt=(apt-get -q -oDir::Etc::sourcelist=/dev/null -oDir::Etc::sourceparts="$work/sources" -oDir::State::Lists="$work/lists" -oDir::Cache="$work/cache" -oAPT::Sandbox::User=)
cd "$work"
timeout 120 "${apt[@]}" update >update.log 2>&1 || none "'apt-get update' for Debian 13 failed: $(grep -m 1 '^[EW]:' update.log)"
timeout 120 "${apt[@]}" download etcd-server etcd-client >download.log 2>&1 || none "its packages could not be fetched: $(grep -m 1 '^[EW]:' download.log)"
for package in ./*.deb; do
    dpkg -x "$package" unpacked
done

is_newer "$work/unpacked/usr/bin" || none "what was fetched does not run here"
mkdir -p "$(dirname "$cache")"
rm -rf "$cache"
mv "$work/unpacked" "$cache"
echo "$cache/usr/bin"
