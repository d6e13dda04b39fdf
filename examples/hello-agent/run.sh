#!/bin/sh
# One new file, with the workflow `quick`: no questions, no plan. See README.md.
. "$(dirname "$0")/../lib.sh"

prepare hello-agent
setting "SAMOCODE_VERIFY='sh hello.sh Ada | grep -qx \"Hello, Ada.\"'"
run_session hello --workflow quick --task \
    'Create hello.sh, a POSIX shell script that prints "Hello, NAME." for the name that it is given, and "Hello, world." without one. No other file.'
