#!/bin/sh
# Builds the wheel for this platform from the release build: `packaging/pypi/build.sh FOLDER`. Needs maturin on PATH, of
# the version in requirements.txt beside this.
set -eu
[ $# -eq 1 ] || { echo 'usage: packaging/pypi/build.sh FOLDER' >&2 && exit 2; }
mkdir -p -- "$1"
out=$(CDPATH='' cd -- "$1" && pwd)
cd -- "$(dirname -- "$0")/../.."

cargo build --release --locked
program=$PWD/${CARGO_TARGET_DIR:-target}/release/samocode
case ${CARGO_TARGET_DIR:-} in /*) program=$CARGO_TARGET_DIR/release/samocode ;; esac

# maturin takes this folder by its name; pip puts `data` below the environment's own folder.
data=packaging/pypi/samocode.data
rm -rf -- "$data"
share=$data/data/share
mkdir -p -- "$share/bash-completion/completions" "$share/zsh/site-functions" "$share/fish/vendor_completions.d"
"$program" man --dir "$share/man/man1"
"$program" completions bash > "$share/bash-completion/completions/samocode"
"$program" completions zsh > "$share/zsh/site-functions/_samocode"
"$program" completions fish > "$share/fish/vendor_completions.d/samocode.fish"

cd packaging/pypi
maturin build --release --out "$out"
