#!/bin/sh
# Numbers about text files: stats.sh lines|words|longest FILE
set -eu

command=${1:-}

if [ "$command" = lines ]; then
    if [ -z "${2:-}" ]; then
        echo "stats: lines: no file was named" >&2
        exit 2
    fi
    if [ ! -f "$2" ]; then
        echo "stats: lines: there is no file $2" >&2
        exit 1
    fi
    awk 'END { print NR }' "$2"
elif [ "$command" = words ]; then
    if [ -z "${2:-}" ]; then
        echo "stats: words: no file was named" >&2
        exit 2
    fi
    if [ ! -f "$2" ]; then
        echo "stats: words: there is no file $2" >&2
        exit 1
    fi
    awk '{ words += NF } END { print words + 0 }' "$2"
elif [ "$command" = longest ]; then
    if [ -z "${2:-}" ]; then
        echo "stats: longest: no file was named" >&2
        exit 2
    fi
    if [ ! -f "$2" ]; then
        echo "stats: longest: there is no file $2" >&2
        exit 1
    fi
    awk 'length($0) > length(longest) { longest = $0 } END { print longest }' "$2"
else
    echo "usage: stats.sh lines|words|longest FILE" >&2
    exit 2
fi
