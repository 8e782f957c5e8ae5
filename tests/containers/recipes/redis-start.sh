#!/bin/sh
# The part of the real image's start that docker-compose.yml relies on. Its server is built without protected mode.
set -eu
if [ "$(id -u)" = 0 ]; then
    chown -R redis:redis /data
    exec setpriv --reuid redis --regid redis --clear-groups sh "$0" "$@"
fi
exec "$@" --protected-mode no
