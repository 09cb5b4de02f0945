#!/usr/bin/env bash
# Packs what is shipped into a folder that NuGet can use as a feed: ./build/pack.sh [folder]   (default: artifacts)
set -euo pipefail
cd "$(dirname "$0")/.."
feed=$(realpath -m "${1:-artifacts}")
mkdir -p "$feed"
for project in Coordination.Actors Coordination.Grpc Coordination Coordination.Embedded Coordination.Demo; do
    dotnet pack "src/$project" -c Release --nologo -v quiet -o "$feed"
done
ls "$feed"
