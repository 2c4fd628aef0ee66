#!/bin/sh
# Restore a backup into an empty database, with nothing of the hub running:  DATABASE_URL=… VAR_DIR=… sh deploy/restore.sh /backups/today
#
# What was published since the backup looks due in it. So publishing is switched off before anything starts; look through what
# is due, cancel what is live already, then: manage.py flags set publishing on
set -eu
umask 077
from=${1:?which backup: the directory that backup.sh made}
: "${DATABASE_URL:=$(cat "${DATABASE_URL_FILE:?DATABASE_URL or DATABASE_URL_FILE must say which database}")}"
(cd "$from" && sha256sum --check --quiet SHA256SUMS)
pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --dbname="$DATABASE_URL" "$from/database.dump"
files=${MEDIA_ROOT:-${VAR_DIR:?VAR_DIR or MEDIA_ROOT must say where the files are}/media}
if [ -f "$from/files.tar" ]; then mkdir -p "$files" && tar -C "$files" -xf "$from/files.tar"; fi
python manage.py migrate --noinput
python manage.py flags set publishing off --reason "Restored from a backup; what is due is being looked through."
echo "restored from $from; publishing is off until you switch it on"
