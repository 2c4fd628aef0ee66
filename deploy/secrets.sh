#!/bin/sh
# Make the secrets of a new installation, one a file, in deploy/secrets (or the directory given). What is there stays.
#
# Keep a copy of vault_master_key apart from the database and its backups: without it no token opens again.
set -eu
umask 077
into=${1:-$(dirname "$0")/secrets}
mkdir -p "$into"

random() { od -An -N 36 -tx1 /dev/urandom | tr -d ' \n'; }
make() { # name, value
    if [ -s "$into/$1" ]; then echo "kept  $1"; else printf '%s\n' "$2" >"$into/$1" && echo "made  $1"; fi
}

make secret_key "$(random)"
make vault_master_key "$(random)"
make postgres_password "$(random)"
make database_url "postgres://switchboard:$(cat "$into/postgres_password")@postgres:5432/switchboard"
make redis_conf "requirepass $(random)"
make redis_url "redis://:$(cut -d ' ' -f 2 "$into/redis_conf")@redis:6379/0"
make datadog_api_key "none"
# Containers read them as their own users, which this one is not; the directory keeps all others of this machine out.
chmod 700 "$into"
chmod 444 "$into"/*
