#!/bin/sh
# Read by backup.sh and restore.sh: DATABASE_URL without its password, which others would see in the list of processes, and PGPASSWORD.
set -eu
umask 077
: "${DATABASE_URL:=$(cat "${DATABASE_URL_FILE:?DATABASE_URL or DATABASE_URL_FILE must say which database}")}"
password=$(printf %s "$DATABASE_URL" | sed -n 's|^[a-z]*://[^:/@]*:\([^@]*\)@.*$|\1|p')
if [ -n "$password" ]; then
    # What stands in an address is written with %, such as %40 for @.
    PGPASSWORD=$(printf '%s\n' "$password" | LC_ALL=C awk '
        function digit(c) { return index("0123456789abcdef", tolower(c)) - 1 }
        { while (match($0, /%[0-9A-Fa-f][0-9A-Fa-f]/)) {
            printf "%s%c", substr($0, 1, RSTART - 1), digit(substr($0, RSTART + 1, 1)) * 16 + digit(substr($0, RSTART + 2, 1))
            $0 = substr($0, RSTART + 3) }
          printf "%s", $0 }')
    export PGPASSWORD
    DATABASE_URL=$(printf %s "$DATABASE_URL" | sed 's|^\([a-z]*://[^:/@]*\):[^@]*@|\1@|')
fi
