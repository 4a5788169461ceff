"""The embedded servers: real ones, with a STATE_DIR of its own for each test."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from ticketing import embedded
from ticketing.embedded import postgres, processes, state, valkey

HOLDER = "from ticketing import embedded\nwith embedded.lease(): print('held', flush=True); input()"


@pytest.fixture
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    yield tmp_path / "state"
    embedded.remove()


@pytest.fixture
def open_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A STATE_DIR that every user may enter, unlike pytest's own temporary folders."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    monkeypatch.setenv("STATE_DIR", str(folder))
    yield folder
    embedded.remove()
    shutil.rmtree(folder)


def write_data() -> None:
    with psycopg.connect(embedded.database_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE memory AS SELECT 'kept' AS word")
    with redis.Redis.from_url(embedded.redis_url()) as client:
        client.set("memory", "kept")


def assert_data_is_there() -> None:
    with psycopg.connect(embedded.database_url()) as connection:
        assert connection.execute("SELECT word FROM memory").fetchone() == ("kept",)
    with redis.Redis.from_url(embedded.redis_url()) as client:
        assert client.get("memory") == b"kept"


def postgres_pid() -> int:
    """Return the oldest process id: for a moment, a newly forked session looks like its parent."""
    return min(processes.find(postgres._is_ours))


def valkey_pid() -> int:
    (pid,) = processes.find(valkey._is_ours)
    return pid


def assert_nothing_runs() -> None:
    assert processes.find(postgres._is_ours) == []
    assert processes.find(valkey._is_ours) == []


def test_data_urls_and_secret_are_kept_between_runs(own_state: Path) -> None:
    with embedded.lease():
        write_data()
        before = embedded.database_url(), embedded.redis_url(), embedded.secret_key()
    assert_nothing_runs()

    with embedded.lease():
        assert (embedded.database_url(), embedded.redis_url(), embedded.secret_key()) == before
        assert_data_is_there()


def test_passwords_are_readable_only_by_their_owner(own_state: Path) -> None:
    embedded.database_url()
    assert stat.S_IMODE((own_state / "services.json").stat().st_mode) == 0o600

    with embedded.lease():
        wrong = embedded.database_url().replace(state.services()["postgres"]["password"], "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
        commands = [" ".join(processes.command_of(pid)) for pid in (postgres_pid(), valkey_pid())]
        assert not any(chosen["password"] in line for line in commands for chosen in passwords())


def passwords() -> list[dict[str, str]]:
    return [state.services()["postgres"], state.services()["valkey"]]


def test_killed_servers_restart_with_all_committed_data(own_state: Path) -> None:
    with embedded.lease():
        write_data()
        for _ in range(2):
            os.kill(postgres_pid(), signal.SIGKILL)
            os.kill(valkey_pid(), signal.SIGKILL)
            with embedded.lease():
                assert_data_is_there()


def test_leases_share_the_servers_and_the_last_one_stops_them(own_state: Path) -> None:
    with embedded.lease():
        pids = postgres_pid(), valkey_pid()
        with embedded.lease():
            assert (postgres_pid(), valkey_pid()) == pids
        assert_servers_are_ready()
    assert_nothing_runs()


def assert_servers_are_ready() -> None:
    assert postgres.is_ready()
    assert valkey.is_ready()


def test_the_lease_of_a_killed_process_does_not_count(own_state: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
    assert_servers_are_ready()

    with embedded.lease():
        assert_servers_are_ready()
    assert_nothing_runs()


def test_watch_restarts_servers_that_die(own_state: Path) -> None:
    watch = subprocess.Popen([sys.executable, "-m", "ticketing.embedded", "watch"])
    assert processes.wait_for(lambda: postgres.is_ready() and valkey.is_ready(), 20)
    pids = postgres_pid(), valkey_pid()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)

    assert processes.wait_for(lambda: not any(map(processes.is_running, pids)), 5)
    assert processes.wait_for(lambda: postgres.is_ready() and valkey.is_ready(), 20)

    watch.terminate()
    assert watch.wait(20) == 0
    assert_nothing_runs()


def test_a_server_moves_if_its_port_is_taken(own_state: Path) -> None:
    with socket.create_server(("127.0.0.1", state.services()["postgres"]["port"])):
        before = embedded.database_url()
        with embedded.lease():
            assert embedded.database_url() != before
            assert_servers_are_ready()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the user")
def test_data_is_outside_a_state_dir_that_the_servers_user_cannot_enter(own_state: Path) -> None:
    own_state.parent.chmod(0o700)
    with embedded.lease():
        assert_servers_are_ready()
        home = postgres._home()
        assert home.parent == Path("/var/tmp")

    embedded.remove()
    assert not home.exists()


def test_data_is_in_a_state_dir_that_the_servers_user_can_enter(open_folder: Path) -> None:
    with embedded.lease():
        assert_servers_are_ready()
        assert (open_folder / "postgres" / "data" / "PG_VERSION").exists()


def test_no_server_starts_if_both_urls_are_set(own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/ticketing")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with embedded.lease():
        assert_nothing_runs()
        assert not (own_state / "services.json").exists()


def test_only_the_server_without_a_url_starts(own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/ticketing")
    with embedded.lease():
        assert valkey.is_ready()
        assert processes.find(postgres._is_ours) == []


def test_changing_one_value_keeps_the_others(own_state: Path) -> None:
    state.choose("valkey", port=12345)
    chosen = json.loads((own_state / "services.json").read_text())
    assert chosen["valkey"]["port"] == 12345
    assert set(chosen) == {"postgres", "secret_key", "valkey"}
