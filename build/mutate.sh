#!/usr/bin/env bash
# Plants mistakes one by one and looks whether the tests notice. The list and its form: build/mutations/. Not run in CI: all of it takes hours.
# Usage: build/mutate.sh [--list] [part-of-a-name]      (a part of the name of a block, or of its file in build/mutations)
# The exit code is 1 when a mistake survived that was to be caught, or could not be planted; 2 when the sources have uncommitted changes.
set -uo pipefail
cd "$(dirname "$0")/.."

only_list=false
if [ "${1:-}" = --list ]; then
    only_list=true
    shift
fi
pattern=${1:-}

if ! $only_list && [ -n "$(git status --porcelain -- src tests)" ]; then
    echo "src and tests have uncommitted changes: they would be lost, or be taken for mutations" >&2
    exit 2
fi

log=$(mktemp)
file=
restore() {
    if [ -n "$file" ]; then
        git checkout -q -- "$file"
        file=
    fi
}
trap 'restore; rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

caught=0 survived=0 known=0 broken=0

# Applies one block, builds, and runs what is to catch it.
try() {
    if [[ "$area/$name" != *"$pattern"* ]]; then
        return
    fi
    if $only_list; then
        echo "$area: $name"
        return
    fi

    local content count=0 rest outcome=
    content=$(cat "$path"; echo x)
    content=${content%x}
    rest=$content
    while [[ "$rest" == *"$from"* ]]; do
        rest=${rest#*"$from"}
        count=$((count + 1))
    done
    if [ $count -ne 1 ]; then
        echo "text found $count times: $area: $name"
        broken=$((broken + 1))
        return
    fi

    file=$path
    printf '%s' "${content%%"$from"*}$to${content#*"$from"}" > "$path"
    local project
    if [ "$by" = simulate ]; then project=tests/Coordination.Simulation; else project=${by%% *}; fi
    if ! dotnet build "$project" -c Release -v q -p:TreatWarningsAsErrors=false -p:RunAnalyzers=false -p:UseSharedCompilation=true > "$log" 2>&1; then
        echo "does not build: $area: $name"
        grep -m 3 'error' "$log" | sed 's/^/    /'
        broken=$((broken + 1))
    else
        if [ "$by" = simulate ]; then
            timeout 900 dotnet run -c Release --no-build --project "$project" -- --runs 20000 > "$log" 2>&1
        else
            timeout 300 dotnet test "$project" -c Release --no-build --filter "${by#* }" > "$log" 2>&1
        fi
        if [ $? -eq 0 ]; then
            if ! [ "$by" = simulate ] && ! grep -q 'Passed!' "$log"; then
                echo "no test has that name: $area: $name ($by)"
                broken=$((broken + 1))
            elif [ -n "$why" ]; then
                echo "survived, as known: $area: $name ($why)"
                known=$((known + 1))
            else
                echo "SURVIVED: $area: $name ($by)"
                survived=$((survived + 1))
            fi
        else
            echo "caught by $( { grep -o -m 1 '^seed [0-9]*: .*' "$log" || grep -m 1 -oE '(Failed|\[FAIL\]) +[A-Za-z0-9_.]+' "$log" || echo "$by"; } | head -c 150): $area: $name"
            [ -z "$why" ] || echo "    it was thought to survive: $why"
            caught=$((caught + 1))
        fi
    fi
    restore
}

# Reads the blocks:  name / file / by / survives, each on a line of its own, then the text between "<<<<", "====" and ">>>>".
for list in build/mutations/*.txt; do
    area=$(basename "$list" .txt)
    name='' path='' by='' why='' from='' to='' in=head
    while IFS= read -r line || [ -n "$line" ]; do
        case "$in:$line" in
            head:'<<<<') in=from from='' ;;
            from:'====') in=to to='' ;;
            to:'>>>>')
                in=head from=${from%$'\n'} to=${to%$'\n'}
                try < /dev/null
                name='' path='' by='' why=''
                ;;
            from:*) from+=$line$'\n' ;;
            to:*) to+=$line$'\n' ;;
            head:'name: '*) name=${line#name: } ;;
            head:'file: '*) path=${line#file: } ;;
            head:'by: '*) by=${line#by: } ;;
            head:'survives: '*) why=${line#survives: } ;;
            head:''|head:'#'*) ;;
            *)
                echo "$list: not understood: $line" >&2
                exit 2
                ;;
        esac
    done < "$list"
done

$only_list && exit 0
echo "$((caught + survived + known + broken)) tried: $caught caught, $survived survived, $known survived as known, $broken could not be tried"
[ $((survived + broken)) -eq 0 ]
