"""The embedded Postgres. Its data is in STATE_DIR/postgres, or in /var/tmp if its user can't enter STATE_DIR."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from ticketing.embedded import postgres_binaries, processes, state

USER = DATABASE = "ticketing"
START_SECONDS = 20
STOP_SECONDS = 20
FIRST_BUILTIN_LOCALE = 17  # the first major version with its own C.UTF-8, independent of the system

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
# With these, commits survive a crash of the process, because the system has them, but not a power failure.
NO_FSYNC = {"fsync": "off", "full_page_writes": "off"}


def url() -> str:
    """Return the URL of the embedded Postgres, in the form of DATABASE_URL."""
    chosen = state.services()["postgres"]
    return f"postgres://{USER}:{chosen['password']}@127.0.0.1:{chosen['port']}/{DATABASE}"


def is_alive() -> bool:
    """Return whether the process in the pid file runs and belongs to this STATE_DIR.

    The pid file alone is not enough: a killed postmaster leaves a file that says "ready".
    """
    return _is_ours(processes.command_of(_pid()))


def start(*, may_move: bool) -> None:
    """Start the embedded Postgres. Creates the data folder the first time. Raises RuntimeError if it does not start.

    With `may_move`, it changes to another port if the chosen one is taken.
    """
    binaries = postgres_binaries.folder()
    _prepare_home()
    if not _data().exists():
        _create_data(binaries)
    _check_version(binaries)
    _end_orphans()
    (_data() / "postmaster.pid").unlink(missing_ok=True)
    port = state.services()["postgres"]["port"]
    if may_move and not state.is_free(port):
        state.choose("postgres", port=state.free_port())
    pid = processes.spawn(_command(binaries), log=state.log_file("postgres"), owner=processes.server_owner())
    if not processes.settled(pid, is_alive, START_SECONDS):
        raise RuntimeError(f"Postgres does not start; see {state.log_file('postgres')}.")


def is_ready() -> bool:
    """Return whether the embedded Postgres accepts connections; False while it recovers or shuts down."""
    try:
        with psycopg.connect(url(), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def stop() -> None:
    """Stop the embedded Postgres: end its sessions and write a checkpoint. Kills it if that takes too long."""
    for pid in processes.find(_is_ours):
        processes.end(pid, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL, seconds=STOP_SECONDS)


def remove() -> None:
    """Delete the data of the embedded Postgres, even if it is outside STATE_DIR."""
    shutil.rmtree(_home(), ignore_errors=True)


def _home() -> Path:
    """Return the parent folder of the data folder."""
    outside = state.services()["postgres"].get("outside", False)
    return postgres_binaries.SHARED_FOLDER / state.identity() if outside else state.state_dir() / "postgres"


def _data() -> Path:
    return _home() / "data"


def _pid() -> int:
    return processes.read_pid(_data() / "postmaster.pid")


def _prepare_home() -> None:
    """Create the parent folder of the data folder. Raises RuntimeError if another user owns it.

    It is outside STATE_DIR if the server's user can't enter STATE_DIR. The choice of the first start is kept.
    """
    if "outside" not in state.services()["postgres"]:
        folders = (state.state_dir(), *state.state_dir().parents)
        is_closed = not all(folder.stat().st_mode & 0o001 for folder in folders)
        state.choose("postgres", outside=is_closed and processes.server_owner() is not None)
    _home().mkdir(exist_ok=True)
    postgres_binaries.refuse_foreign(_home())
    _home().chmod(0o755)


def _create_data(binaries: Path) -> None:
    """Create the data folder under another name and rename it, so that an interruption leaves no partial folder."""
    owner = processes.server_owner()
    draft = _home() / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=_home()) as password:
        password.write(state.services()["postgres"]["password"])
        password.flush()
        if owner:
            os.chown(draft, owner.pw_uid, owner.pw_gid)
            os.chown(password.name, owner.pw_uid, owner.pw_gid)
        access = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={password.name}"]
        _run(binaries / "initdb", "-D", str(draft), *access, "-E", "UTF8", "--no-sync", *_locale(binaries))
    _run(binaries / "postgres", "--single", "-D", str(draft), "postgres", stdin=f"CREATE DATABASE {DATABASE}")
    draft.rename(_data())


def _run(program: Path, *arguments: str, stdin: str = "") -> None:
    with state.log_file("postgres").open("ab") as log:
        owner = processes.as_owner(processes.server_owner())
        subprocess.run([program, *arguments], input=stdin.encode(), stdout=log, stderr=log, check=True, **owner)


def _locale(binaries: Path) -> list[str]:
    if postgres_binaries.major_version(binaries) < FIRST_BUILTIN_LOCALE:
        return ["--locale=C.UTF-8"]
    return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def _check_version(binaries: Path) -> None:
    data_version = int((_data() / "PG_VERSION").read_text())
    if data_version != postgres_binaries.major_version(binaries):
        raise RuntimeError(f"{_data()} was created by Postgres {data_version}; `make clean` deletes it.")


def _command(binaries: Path) -> list[str]:
    settings = SETTINGS | {"port": state.services()["postgres"]["port"], "cluster_name": state.identity()}
    if os.environ.get("EMBEDDED_FSYNC") == "off":
        settings |= NO_FSYNC
    if postgres_binaries.has_library(binaries, "pg_stat_statements"):
        settings |= {"shared_preload_libraries": "pg_stat_statements"}
    arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    return [f"{binaries}/postgres", "-D", str(_data()), *arguments]


def _is_ours(command: list[str]) -> bool:
    return bool(command) and Path(command[0]).name == "postgres" and f"cluster_name={state.identity()}" in command


def _end_orphans() -> None:
    """End the children of a killed postmaster.

    They keep its shared memory for a moment, and a new postmaster would refuse to start.
    """
    title = f"postgres: {state.identity()}: "
    for pid in processes.find(lambda command: " ".join(command).startswith(title)):
        processes.end(pid, signal.SIGQUIT, signal.SIGKILL, seconds=5)
