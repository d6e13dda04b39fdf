#!/bin/sh
# Numbers about text files: stats.sh lines|words|longest FILE
set -eu

. "$(dirname "$0")/@Q1@/input.sh"

command=${1:-}
file=${2:-}

if [ "$command" = lines ]; then
    need_file lines "$file"
    awk 'END { print NR }' "$file"
elif [ "$command" = words ]; then
    need_file words "$file"
    awk '{ words += NF } END { print words + 0 }' "$file"
elif [ "$command" = longest ]; then
    need_file longest "$file"
    awk 'length($0) > length(longest) { longest = $0 } END { print longest }' "$file"
else
    echo "usage: stats.sh lines|words|longest FILE" >&2
    exit 2
fi
