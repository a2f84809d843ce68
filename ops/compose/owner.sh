#!/bin/sh
# Runs once, when Postgres makes its folder: the owner of the database is no superuser, since nothing holds a superuser's rows apart.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --set password="$OWNER_PASSWORD" <<'SQL'
CREATE ROLE sync_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE sync OWNER sync_owner;
SQL
