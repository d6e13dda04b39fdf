#!/bin/sh
# The task of hello-agent on Codex, with the settings that are Codex's own. See README.md.
. "$(dirname "$0")/../lib.sh"

prepare provider-codex hello-agent
setting "SAMOCODE_VERIFY='sh hello.sh Ada | grep -qx \"Hello, Ada.\"'"
# Empty: the model of your ~/.codex/config.toml.
setting 'CODEX_MODEL='
setting 'CODEX_TIMEOUT=900'
setting "CODEX_ARGS='-c model_reasoning_effort=low'"
run_session hello --workflow quick --task \
    'Create hello.sh, a POSIX shell script that prints "Hello, NAME." for the name that it is given, and "Hello, world." without one. No other file.'
