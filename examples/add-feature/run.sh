#!/bin/sh
# The whole pipeline on a small Express app: questions, plan, code with tests, review, summary. See README.md.
. "$(dirname "$0")/../lib.sh"

prepare add-feature
if command -v node > /dev/null; then
    setting "SAMOCODE_VERIFY='npm test'"
else
    [ "$provider" = demo ] || fail 'this example needs Node.js, 18 or newer'
    echo 'node is not installed: the tests of the app are not run'
fi
if [ "$provider" != demo ]; then
    # Without a network the tests over HTTP are skipped, and the others run.
    setting "SAMOCODE_SETUP='npm ci --no-audit --no-fund --fetch-retries=0 || echo Express is not installed'"
fi
run_session delete-notes --task \
    'Notes can be added and listed, but not deleted. Add DELETE /notes/:id, with tests, and describe it in README.md.'
