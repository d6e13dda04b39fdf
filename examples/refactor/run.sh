#!/bin/sh
# A refactoring over several files, under a suite that has to stay green. See README.md.
. "$(dirname "$0")/../lib.sh"

prepare refactor
setting "SAMOCODE_VERIFY='sh test.sh'"
run_session split-stats --task \
    'stats.sh has the same checks three times. Take it apart: the checks once, and a file for each command. What it prints and test.sh stay as they are.'
