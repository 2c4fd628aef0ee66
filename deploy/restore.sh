#!/bin/sh
# Restore a backup into an empty database, with nothing of the hub running:  DATABASE_URL=… VAR_DIR=… sh deploy/restore.sh /backups/today
#
# What was published since the backup looks due in it. So the database is marked before its first row is there: no worker takes a job
# from it until after_restore has put in doubt what may have been done since.
set -eu
. "$(dirname "$0")/connection.sh"
from=${1:?which backup: the directory that backup.sh made}
(cd "$from" && sha256sum --check --quiet SHA256SUMS)
taken_at=$(cat "$from/taken_at.txt")
psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --set=taken_at="$taken_at" --dbname="$DATABASE_URL" <<'SQL'
SET client_min_messages = warning;
BEGIN;
CREATE TABLE IF NOT EXISTS restored_from_backup (taken_at timestamptz NOT NULL);
INSERT INTO restored_from_backup VALUES (:'taken_at');
COMMIT;
SQL
pg_restore --no-owner --no-privileges --exit-on-error --single-transaction --dbname="$DATABASE_URL" "$from/database.dump"
files=${MEDIA_ROOT:-${VAR_DIR:?VAR_DIR or MEDIA_ROOT must say where the files are}/media}
if [ -f "$from/files.tar" ]; then mkdir -p "$files" && tar -C "$files" -xf "$from/files.tar"; fi
echo "restored from $from, taken at $taken_at. Before the hub is started:"
echo "  python manage.py migrate --noinput"
echo "  python manage.py after_restore"
