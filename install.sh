#!/bin/sh
# Installs samocode from this clone for you alone: builds it, then puts the program, its manual pages and the
# completions of bash, zsh and fish where they are found. `--help` says where. Needs no root, and undoes all of it.
set -eu
export LC_ALL=C

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

usage() {
    cat << 'END'
Usage: ./install.sh [--skills] [--prefix DIR] [--binary FILE]
       ./install.sh --uninstall [--prefix DIR]

Builds samocode with cargo and installs it below ~/.local:
  bin/samocode, share/man, and completions in share for bash, zsh and fish

  --skills       also run `samocode install`: skills and slash commands for the CLIs that you have
  --prefix DIR   install below DIR; also by the variables PREFIX and CARGO_INSTALL_ROOT
  --binary FILE  install this program instead of building one
  --uninstall    remove exactly what was installed
END
}

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
    exit 1
}

prefix=${PREFIX:-${CARGO_INSTALL_ROOT:-}}
binary='' skills=no deed=install
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage && exit 0 ;;
        --skills) skills=yes ;;
        --uninstall) deed=uninstall ;;
        --prefix | --binary)
            if [ $# -lt 2 ] || [ -z "$2" ]; then
                fail "$1 needs a value" 'see ./install.sh --help'
            fi
            case $1 in --prefix) prefix=$2 ;; *) binary=$2 ;; esac
            shift
            ;;
        *) fail "unknown argument: $1" 'see ./install.sh --help' ;;
    esac
    shift
done

# Where things go. Without a prefix the data follow XDG, and so does what looks for them.
if [ -n "$prefix" ]; then
    case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
    share=$prefix/share
else
    [ -n "${HOME:-}" ] || fail 'HOME is not set' 'name a place: ./install.sh --prefix DIR'
    prefix=$HOME/.local
    case ${XDG_DATA_HOME:-} in /*) share=$XDG_DATA_HOME ;; *) share=$HOME/.local/share ;; esac
fi
program=$prefix/bin/samocode
man=$share/man/man1
bash=$share/bash-completion/completions/samocode
zsh=$share/zsh/site-functions/_samocode
fish=$share/fish/vendor_completions.d/samocode.fish
# What this script made, one a line: `file PATH`, `dir PATH`, and `skills`.
list=$share/samocode/installed

listed() {
    [ -f "$list" ] && grep -qxF -- "$1" "$list"
}

# Asks no further than needed: skills that this script did not install are the person's.
uninstall() {
    [ -f "$list" ] || fail "nothing is installed below $prefix" "there is no $list; was it another --prefix?"
    if listed skills; then
        "$program" uninstall
    else
        # A program that does not run is no reason to keep it.
        skills=$("$program" uninstall --dry-run 2> /dev/null) || skills='nothing is installed'
        [ "$skills" = 'nothing is installed' ] ||
            fail 'skills are installed in your CLIs' "remove them first: \"$program\" uninstall"
    fi
    while read -r kind path; do
        [ "$kind" != file ] || rm -f -- "$path"
    done < "$list"
    kept=$(cat -- "$list")
    rm -f -- "$list"
    # Deepest first; a folder that others use by now is not empty and stays.
    printf '%s\n' "$kept" | sed -n 's/^dir //p' | sort -r | while read -r path; do
        rmdir -- "$path" 2> /dev/null || :
    done
    printf 'removed samocode from %s\n' "$prefix"
}

# Makes a folder and notes each one that was not there.
folder() {
    [ ! -d "$1" ] || return 0
    folder "$(dirname -- "$1")"
    mkdir -- "$1"
    printf 'dir %s\n' "$1" >> "$stage/list"
}

# Puts a file in its place at once: what runs or reads the old one is not disturbed.
put() {
    folder "$(dirname -- "$2")"
    cp -- "$1" "$2.new.$$"
    chmod "$3" "$2.new.$$"
    mv -f -- "$2.new.$$" "$2"
}

build() {
    command -v cargo > /dev/null || fail 'cargo is missing: it builds samocode' \
        'install Rust 1.89 or newer, or name a program that is built: ./install.sh --binary FILE'
    printf 'building samocode; the first time takes some minutes\n'
    cargo install --locked --quiet --no-track --path "$here" --root "$stage"
    binary=$stage/bin/samocode
}

install() {
    stage=$(mktemp -d)
    trap 'rm -rf -- "$stage"' EXIT
    trap 'exit 130' INT TERM HUP
    [ -n "$binary" ] || build
    version=$("$binary" --version 2> /dev/null) || fail "$binary is not a samocode that runs here"
    "$binary" man --dir "$stage/man" > /dev/null
    for shell in bash zsh fish; do
        "$binary" completions $shell > "$stage/$shell"
    done

    {
        printf 'file %s\n' "$program" "$bash" "$zsh" "$fish"
        for page in "$stage"/man/*; do
            printf 'file %s/%s\n' "$man" "${page##*/}"
        done
    } > "$stage/files"
    # Before anything is touched: what is there and is not from here belongs to somebody else.
    while read -r kind path; do
        if [ -e "$path" ] || [ -L "$path" ]; then
            listed "$kind $path" || fail "$path is there already, and not from this script" \
                'move it away, or install elsewhere with --prefix DIR; nothing was done'
        fi
    done < "$stage/files"

    # Noted before it is done, so that an installation that was cut off can be removed, too.
    : > "$stage/list"
    folder "${list%/*}"
    old=$(cat -- "$list" 2> /dev/null || :)
    printf '%s\n' "$old" | sed -n '/^dir /p; /^skills$/p' >> "$stage/list"
    for path in "$program" "$bash" "$zsh" "$fish" "$man/."; do
        folder "$(dirname -- "$path")"
    done
    {
        cat -- "$stage/list" "$stage/files"
        printf '%s\n' "$old" | sed -n '/^file /p'
    } | sort -u > "$list.new"
    mv -f -- "$list.new" "$list"
    put "$binary" "$program" 755
    put "$stage/bash" "$bash" 644
    put "$stage/zsh" "$zsh" 644
    put "$stage/fish" "$fish" 644
    for page in "$stage"/man/*; do
        put "$page" "$man/${page##*/}" 644
    done
    # What an older version had and this one has not.
    printf '%s\n' "$old" | sed -n '/^file /p' | while read -r kind path; do
        grep -qxF -- "$kind $path" "$stage/files" || rm -f -- "$path"
    done
    sort -u -- "$stage/list" "$stage/files" > "$list.new"
    mv -f -- "$list.new" "$list"
    report
}

# shellcheck disable=SC2016 # the lines to copy are expanded by the shell that they are copied into
report() {
    printf 'installed %s\n' "$version"
    printf '  program       %s\n' "$program"
    printf '  manual        %s   (man samocode)\n' "$man"
    printf '  completions   %s\n' "$bash" "$zsh" "$fish"
    if [ "$skills" = yes ]; then
        listed skills || printf 'skills\n' >> "$list"
        printf '\n'
        "$program" install
    fi
    printf '\n'
    case :$PATH: in
        *:"$prefix/bin":*)
            found=$(command -v samocode || :)
            [ "$found" = "$program" ] || printf 'note: %s comes before it on PATH\n' "$found"
            ;;
        *) printf 'note: not on PATH yet; add to ~/.profile: export PATH="%s:$PATH"\n' "$prefix/bin" ;;
    esac
    ! command -v zsh > /dev/null ||
        printf 'zsh completes with this in ~/.zshrc, before compinit: fpath=("%s" $fpath)\n' "${zsh%/*}"
    [ "$skills" = yes ] || printf 'skills for the prompts of your CLIs (/dive, /do, …): samocode install\n'
    printf 'to see it work: samocode demo\n'
    if [ "$prefix" = "${HOME:-}/.local" ]; then
        printf 'to undo all of this: "%s/install.sh" --uninstall\n' "$here"
    else
        printf 'to undo all of this: "%s/install.sh" --uninstall --prefix "%s"\n' "$here" "$prefix"
    fi
}

$deed
