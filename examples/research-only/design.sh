#!/bin/sh
# An approved plan and nothing else, with the workflow `design`. No code changes. See README.md.
. "$(dirname "$0")/../lib.sh"

prepare research-only
run_session fresh-prices --workflow design --task 'A price is never older than it may be.'
