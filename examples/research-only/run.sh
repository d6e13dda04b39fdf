#!/bin/sh
# A question about the code, answered in writing, with the workflow `research`. No code changes. See README.md.
. "$(dirname "$0")/../lib.sh"

prepare research-only
run_session old-prices --dive 'Visitors are sometimes shown a price of yesterday. Why?'
