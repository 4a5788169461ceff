"""The running product that is measured: the one at BASE_URL, or one of our own that is gone afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.client import Address
from ticketing.embedded.state import free_port

CHECKOUT = Path(__file__).resolve().parent.parent
DEFAULT_URL = "http://127.0.0.1:8000"
START_SECONDS = 120
STOP_SECONDS = 60
LOOK_SECONDS = 0.1
NO_LIMITS = {"BOOKING_RATE": "", "API_RATE": "", "BOT_CHALLENGE": "off"}


@contextmanager
def stage(*, own: bool = False) -> Iterator[Address]:
    """The address of the product, which answers /readyz.

    What runs at BASE_URL (default http://127.0.0.1:8000) is taken as it is; it must be this checkout's, with the
    same STATE_DIR or DATABASE_URL, and without limits. If nothing answers there and BASE_URL is unset, the product is
    started in a folder of its own as `make run` starts it, and stopped and deleted at the end; with `own` always.
    Afterwards Django's settings are those of the product in either case: its database can be looked at.
    """
    base_url = None if own else os.environ.get("BASE_URL")
    if not own and _is_ready(base_url or DEFAULT_URL):
        print(f"Measured is what runs at {base_url or DEFAULT_URL}.", flush=True)
        yield _address(base_url or DEFAULT_URL)
    elif base_url:
        raise RuntimeError(f"Nothing is ready at {base_url}.")
    else:
        print("Starting a product of our own.", flush=True)
        with own_folder() as folder, product(folder) as address:
            yield address


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of manage.py on the product's database, or with a changed environment; returns how it ended."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


@contextmanager
def own_folder() -> Iterator[Path]:
    """A new STATE_DIR for products of our own, without limits; deleted at the end, with the data of its servers."""
    folder = Path(tempfile.mkdtemp(prefix="ticketing-bench-"))
    os.environ |= {"STATE_DIR": str(folder / "state"), "PORT": str(free_port()), **NO_LIMITS}
    try:
        yield folder
    finally:
        subprocess.run([sys.executable, "-m", "ticketing.embedded", "remove"], cwd=CHECKOUT, check=False)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_services() -> Iterator[None]:
    """A Postgres and a Valkey of our own, with the product's tables, and Django set up for them, but no product."""
    with own_folder():
        from ticketing import embedded

        os.environ["DJANGO_SETTINGS_MODULE"] = "ticketing.settings"
        with embedded.lease():
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            yield


@contextmanager
def product(folder: Path, **environment: str) -> Iterator[Address]:
    """The address of a product in `folder` (of `own_folder`), started as `make run` does it; it answers /readyz."""
    url = f"http://127.0.0.1:{os.environ['PORT']}"
    log = folder / "run.log"
    with log.open("wb") as stream:
        run = [sys.executable, "-m", "ticketing.run"]
        process = subprocess.Popen(run, cwd=CHECKOUT, env=os.environ | environment, stdout=stream, stderr=stream)
    try:
        _wait_until_ready(process, url, log)
        yield _address(url)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not _is_ready(url):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"The product does not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(LOOK_SECONDS)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return True
    except OSError:  # also urllib's errors
        return False


def _address(url: str) -> Address:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80
