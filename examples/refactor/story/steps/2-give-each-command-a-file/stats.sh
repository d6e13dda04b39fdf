#!/bin/sh
# Numbers about text files: stats.sh lines|words|longest FILE
set -eu

parts=$(dirname "$0")/@Q1@
. "$parts/input.sh"

command=${1:-}
file=${2:-}

case $command in
    lines | words | longest)
        need_file "$command" "$file"
        . "$parts/$command.sh"
        ;;
    *)
        echo "usage: stats.sh lines|words|longest FILE" >&2
        exit 2
        ;;
esac
