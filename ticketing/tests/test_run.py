"""`make run` as users see it: one process to start, one to stop."""

import functools
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ticketing.embedded import processes, state

START_SECONDS = 90


IMPORTS = ("import ticketing.wsgi", "from ticketing.celery import app; app.loader.import_default_modules()")


@pytest.mark.parametrize("start", IMPORTS, ids=["web", "worker"])
def test_a_process_does_not_import_what_only_another_one_needs(start: str) -> None:
    """Only the streams need Daphne, only printed tickets need fpdf; both take a fifth of the CPU time of a start."""
    script = f"import sys; {start}; sys.exit(str({{'daphne', 'fpdf'}} & sys.modules.keys()))"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=state.CHECKOUT, capture_output=True, text=True, timeout=60
    )
    assert ended.stderr.endswith("set()\n")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a new checkout: its own state folder and port, and none of the tests' settings."""
    left_out = {"DATABASE_URL", "REDIS_URL", "REDIS_NUMBER", "DJANGO_SETTINGS_MODULE"}
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    return inherited | {"STATE_DIR": str(tmp_path / "state"), "PORT": str(state.free_port())}


@pytest.fixture
def product(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The process of `make run`, just started; its output is in `stdout`."""
    run = subprocess.Popen(
        [sys.executable, "-m", "ticketing.run"],
        env=environment,
        cwd=state.CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield run
    run.terminate()
    run.wait()
    for process in processes_of(environment):
        process.kill()
    subprocess.run([sys.executable, "-m", "ticketing.embedded", "remove"], env=environment, check=True)


def processes_of(environment: dict[str, str]) -> list[psutil.Process]:
    """Return all processes that were started for this STATE_DIR, directly or not."""
    found = []
    for process in psutil.process_iter():
        try:
            known = process.environ().get("STATE_DIR") == environment["STATE_DIR"]
            if known or any(environment["STATE_DIR"] in word for word in process.cmdline()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def ready(environment: dict[str, str]) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def child(run: subprocess.Popen[str], word: str) -> psutil.Process:
    """Return the process below supervisord whose command line contains `word`."""
    (supervisord,) = [
        process for process in psutil.Process(run.pid).children() if "supervisord" in " ".join(process.cmdline())
    ]
    (found,) = [process for process in supervisord.children() if word in " ".join(process.cmdline())]
    return found


def read_until(run: subprocess.Popen[str], word: str) -> str:
    assert run.stdout is not None
    lines = []
    for line in run.stdout:
        lines.append(line)
        if word in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def test_run_starts_restarts_what_dies_and_leaves_no_process_behind(
    product: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    printed = read_until(product, "Ctrl-C")
    for word in (f"http://127.0.0.1:{environment['PORT']}", "seller@example.com", "demo-pass-1", "logs"):
        assert word in printed
    assert ready(environment)

    queues = ("mailer", "bulk-mailer", "deliveries")
    celery = ("worker --pool", *(f"worker --queues {queue} " for queue in queues), "ticketing beat")
    for word in ("granian", "daphne", "haproxy", *celery, "watch"):
        killed = child(product, word)
        killed.kill()
        assert processes.wait_for(functools.partial(exists, product, word, but=killed.pid), 20), word
    assert processes.wait_for(lambda: ready(environment), 30)

    refused = subprocess.run(
        [sys.executable, "-m", "ticketing.run"], env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "already running" in refused.stderr
    assert processes.wait_for(lambda: ready(environment), 30)  # beat was just killed and may not be back yet

    product.send_signal(signal.SIGTERM)
    assert product.wait(40) == 0
    assert processes_of(environment) == []


def exists(run: subprocess.Popen[str], word: str, but: int = 0) -> bool:
    """Return whether there is such a child of supervisord, other than the process `but`."""
    try:
        return child(run, word).pid != but
    except (ValueError, psutil.NoSuchProcess):
        return False


def test_all_processes_end_with_a_killed_run(product: subprocess.Popen[str], environment: dict[str, str]) -> None:
    assert processes.wait_for(lambda: ready(environment), START_SECONDS)
    product.kill()
    product.wait()
    assert processes.wait_for(lambda: processes_of(environment) == [], 40)


def test_a_taken_port_is_reported(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        refused = subprocess.run(
            [sys.executable, "-m", "ticketing.run"], env=environment, capture_output=True, text=True, check=False
        )
    assert refused.returncode == 1
    assert f"port {environment['PORT']} is taken" in refused.stderr
    assert processes_of(environment) == []
