#!/bin/sh
# Back up the database, then the files:  DATABASE_URL=postgres://… VAR_DIR=/var/lib/switchboard sh deploy/backup.sh /backups/today
#
# In this order: a file too many does no harm, one too few is missed. The vault's master key is not in it, on purpose: whoever has
# both has every token. Keep it elsewhere.
set -eu
umask 077
into=${1:?where to: a directory that is not there yet}
mkdir "$into"
: "${DATABASE_URL:=$(cat "${DATABASE_URL_FILE:?DATABASE_URL or DATABASE_URL_FILE must say which database}")}"
pg_dump --format=custom --no-owner --no-privileges --file="$into/database.dump" "$DATABASE_URL"
files=${MEDIA_ROOT:-${VAR_DIR:?VAR_DIR or MEDIA_ROOT must say where the files are}/media}
if [ -d "$files" ]; then tar -C "$files" -cf "$into/files.tar" .; fi
(cd "$into" && sha256sum -- *.* >SHA256SUMS)
echo "backed up to $into"
