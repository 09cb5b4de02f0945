#!/usr/bin/env bash
# Packs what is shipped:   ./build/pack.sh [folder [packages]]   (default: artifacts; with "packages" without the folder of the tool, which takes minutes to compile)
#   <folder>/*.nupkg           the packages; NuGet can use the folder as a feed:
#                                dotnet add package Coordination --source <folder>
#                                dotnet tool install --global --add-source <folder> Coordination.Tool      then: coordination --help
#   <folder>/coordination/     the tool for machines without .NET: copy the folder, run coordination/coordination
# Where a C compiler is (clang or gcc, and zlib's headers), the folder holds one native program, which starts fastest; elsewhere .NET itself lies beside the tool.
set -euo pipefail
cd "$(dirname "$0")/.."
feed=$(realpath -m "${1:-artifacts}")
mkdir -p "$feed"
for project in Coordination Coordination.AspNetCore Coordination.DistributedLock Coordination.Embedded Coordination.Grpc Coordination.InMemory Coordination.OpenTelemetry Coordination.Recipes Coordination.ServiceDiscovery Coordination.Demo; do
    dotnet pack "src/$project" -c Release --nologo -v quiet -o "$feed"
done

if [ "${2:-}" = packages ]; then
    exit 0
fi

# What the tool runs on is the machine that packs it.
case "$(uname -m)" in x86_64) cpu=x64 ;; aarch64 | arm64) cpu=arm64 ;; *) cpu="" ;; esac
case "$(uname -s)" in Linux) os=linux ;; Darwin) os=osx ;; *) os="" ;; esac
if [ -z "$cpu" ] || [ -z "$os" ]; then
    echo "pack.sh: no self-contained folder on this machine ($(uname -s) $(uname -m)): known are Linux and macOS on x64 and arm64." >&2
    exit 0
fi

linker=()
if command -v clang >/dev/null 2>&1; then
    native=true
elif command -v gcc >/dev/null 2>&1; then
    native=true
    linker=(-p:CppCompilerAndLinker=gcc)
else
    native=false
fi
if [ "$native" = true ] && [ "$os" = linux ] && ! echo '#include <zlib.h>' | "${CC:-cc}" -E - >/dev/null 2>&1; then
    echo "pack.sh: zlib's headers are missing (Debian: zlib1g-dev); the folder gets .NET instead of a native program." >&2
    native=false
fi

# The project's files of this build are apart from those of others.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
if [ "$native" = true ]; then
    dotnet publish src/Coordination.Demo -c Release -r "$os-$cpu" --nologo -v quiet -p:Native=true "${linker[@]}" -o "$made"
else
    dotnet publish src/Coordination.Demo -c Release -r "$os-$cpu" --self-contained --nologo -v quiet -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true -o "$made"
fi

# Without what is for debuggers; under the name that one types.
rm -f "$made"/*.dbg "$made"/*.pdb "$made"/*.xml
mv "$made/Coordination.Demo" "$made/coordination"
rm -rf "$feed/coordination"
mkdir "$feed/coordination"
cp -R "$made"/. LICENSE "$feed/coordination/"
ls "$feed" "$feed/coordination"
