#!/bin/sh
# `serve` publishes the bundled data first when nothing has been published yet; every other verb is handed to kg.
set -eu
if [ "${1:-serve}" = serve ]; then
    [ "$#" -eq 0 ] || shift
    kg query 'ASK {}' >/dev/null 2>&1 || kg build
    exec kg serve "$@"
fi
exec kg "$@"
