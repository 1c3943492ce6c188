#!/bin/sh
# Runs once, when the database server starts on an empty volume: the portal's user is no superuser.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" <<'SQL'
create role portal login password :'password' createrole;
create database portal owner portal encoding 'UTF8' template template0;
SQL
