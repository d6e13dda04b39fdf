#!/bin/sh
# Says hello to somebody, or to everybody.
printf 'Hello, %s.\n' "${1:-world}"
