#!/usr/bin/env bash
# Packs what is shipped:   ./build/pack.sh [folder [packages]]   (default: artifacts; with "packages" without the folder of the tool, which takes minutes to compile)
#   <folder>/*.nupkg           the packages; NuGet can use the folder as a feed:
#                                dotnet add package Coordination --source <folder>
#                                dotnet tool install --global --add-source <folder> Coordination.Tool      then: coordination --help
#                              The tool is three packages: the native program for the platform of this machine, one for all others, and one that names both.
#   <folder>/coordination/     the tool for machines without .NET: copy the folder, run coordination/coordination
# Where a C compiler is (clang or gcc, and zlib's headers), the folder holds one native program, which starts fastest; elsewhere .NET itself lies beside the tool.
set -euo pipefail
cd "$(dirname "$0")/.."
feed=$(realpath -m "${1:-artifacts}")
mkdir -p "$feed"
for project in Coordination Coordination.AspNetCore Coordination.DistributedLock Coordination.Embedded Coordination.Grpc Coordination.InMemory Coordination.OpenTelemetry Coordination.Recipes Coordination.ServiceDiscovery ${2:+Coordination.Demo}; do
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

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
lean=(-p:CopyOutputSymbolsToPublishDirectory=false -p:PublishDocumentationFiles=false -p:AllowedReferenceRelatedFileExtensions=none)
if [ "$native" = true ]; then
    # Makes all three packages, but the one for this platform without the native program; so that one once more. It takes whatever lies where it is published.
    pack() { dotnet pack src/Coordination.Demo -c Release --nologo -v quiet -p:CompiledFor="$os-$cpu" "$@" -o "$feed"; }
    pack
    published="src/Coordination.Demo/bin/Release/net10.0/$os-$cpu/publish"
    rm -rf "$published"
    pack -r "$os-$cpu" "${linker[@]}" "${lean[@]}"
    cp -R "$published"/. "$made"
else
    dotnet pack src/Coordination.Demo -c Release --nologo -v quiet -o "$feed"
    dotnet publish src/Coordination.Demo -c Release -r "$os-$cpu" --self-contained --nologo -v quiet -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=true "${lean[@]}" -o "$made"
fi

# Under the name that one types.
mv "$made/Coordination.Demo" "$made/coordination"
rm -rf "$feed/coordination"
mkdir "$feed/coordination"
cp -R "$made"/. LICENSE "$feed/coordination/"
ls "$feed" "$feed/coordination"
