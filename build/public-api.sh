#!/usr/bin/env bash
# Records the public members of the packages, which a build demands:   ./build/public-api.sh [package…]     (default: all; Coordination.Recipes is one)
# What is new goes to src/<project>/PublicAPI.Unshipped.txt, what is gone leaves both files. On a release, move the lines to PublicAPI.Shipped.txt. Look at the
# difference before you commit it: a line that goes is a promise to somebody.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- $(ls src | grep -vx Coordination.Demo)
for package in "$@"; do
    folder=src/$package
    project=$folder/$package.csproj
    for file in Shipped Unshipped; do
        [ -f "$folder/PublicAPI.$file.txt" ] || echo "#nullable enable" > "$folder/PublicAPI.$file.txt"
    done
    said=$(dotnet build "$project" -c Release --nologo -v quiet --no-incremental -p:TreatWarningsAsErrors=false -p:BuildProjectReferences="${REFERENCES:-true}" || true)
    symbols() { grep -o "warning RS$1: Symbol '.*' is" <<< "$said" | sed "s/^warning RS[0-9]*: Symbol '//; s/' is$//" | LC_ALL=C sort -u || true; }
    gone=$(symbols 0017)
    if [ -n "$gone" ]; then
        for file in Shipped Unshipped; do
            grep -vxF -f <(echo "$gone") "$folder/PublicAPI.$file.txt" > "$folder/PublicAPI.$file.txt.new" || true
            mv "$folder/PublicAPI.$file.txt.new" "$folder/PublicAPI.$file.txt"
        done
    fi
    { echo "#nullable enable"; { sed 1d "$folder/PublicAPI.Unshipped.txt"; symbols 0016; } | LC_ALL=C sort -u | sed '/^$/d'; } > "$folder/PublicAPI.Unshipped.txt.new"
    mv "$folder/PublicAPI.Unshipped.txt.new" "$folder/PublicAPI.Unshipped.txt"
    echo "$folder: $(($(wc -l < "$folder/PublicAPI.Shipped.txt") - 1)) shipped, $(($(wc -l < "$folder/PublicAPI.Unshipped.txt") - 1)) unshipped"
done
