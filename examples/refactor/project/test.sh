#!/bin/sh
# The suite: what stats.sh prints, and with which exit code it ends.
set -u
cd "$(dirname "$0")" || exit 2
text=$(mktemp)
trap 'rm -f "$text"' EXIT
printf 'one two\n\nthree four five\n' > "$text"
failed=0

# check NAME CODE OUTPUT ARGUMENT...
check() {
    name=$1 code=$2 output=$3
    shift 3
    found=$(sh stats.sh "$@" 2>&1)
    got=$?
    if [ "$got" -eq "$code" ] && [ "$found" = "$output" ]; then
        echo "ok   $name"
    else
        echo "FAIL $name: expected $code '$output', got $got '$found'"
        failed=1
    fi
}

check 'counts lines' 0 3 lines "$text"
check 'counts words' 0 5 words "$text"
check 'finds the longest line' 0 'three four five' longest "$text"
for command in lines words longest; do
    check "$command: needs a file" 2 "stats: $command: no file was named" "$command"
    check "$command: needs one that is there" 1 "stats: $command: there is no file /nowhere" "$command" /nowhere
done
check 'tells how it is used' 2 'usage: stats.sh lines|words|longest FILE' other
exit "$failed"
