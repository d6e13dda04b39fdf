# The file that a command works on.

# need_file COMMAND FILE: ends the program where there is none.
need_file() {
    if [ -z "$2" ]; then
        echo "stats: $1: no file was named" >&2
        exit 2
    fi
    if [ ! -f "$2" ]; then
        echo "stats: $1: there is no file $2" >&2
        exit 1
    fi
}
