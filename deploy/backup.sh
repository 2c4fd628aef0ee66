#!/bin/sh
# Back up the database, then the files:  DATABASE_URL=postgres://… VAR_DIR=/var/lib/switchboard sh deploy/backup.sh /backups/today
#
# In this order: a file too many does no harm, one too few is missed. The hub may run meanwhile. No key is in it, on purpose: whoever
# has the vault's master key beside it has every token. Keep the keys elsewhere.
set -eu
. "$(dirname "$0")/connection.sh"
into=${1:?where to: a directory that is not there yet}
mkdir "$into"
# Before the first row is read: what was published since is what a restored hub must not publish again.
date -u +%Y-%m-%dT%H:%M:%SZ >"$into/taken_at.txt"
pg_dump --format=custom --no-owner --no-privileges --file="$into/database.dump" --dbname="$DATABASE_URL"
files=${MEDIA_ROOT:-${VAR_DIR:?VAR_DIR or MEDIA_ROOT must say where the files are}/media}
if [ -d "$files/store" ]; then
    # 1 says that a file went while it was read: nobody needs it any more.
    tar -C "$files" -cf "$into/files.tar" store || [ $? -eq 1 ]
fi
(cd "$into" && sha256sum -- *.* >SHA256SUMS)
echo "backed up to $into"
