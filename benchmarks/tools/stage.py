"""The product to measure: the one running at BASE_URL, or a new one."""

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

from benchmarks.tools.client import Address
from ticketing.embedded.state import free_port

CHECKOUT = Path(__file__).resolve().parent.parent.parent
DEFAULT_URL = "http://127.0.0.1:8000"
START_SECONDS = 300  # a busy machine takes minutes
STOP_SECONDS = 60
POLL_SECONDS = 0.1
NO_LIMITS = {"BOOKING_RATE": "", "API_RATE": "", "BOT_CHALLENGE": "off"}


@contextmanager
def stage(*, own: bool = False) -> Iterator[Address]:
    """Yield the address of a running product; it is ready.

    The product at BASE_URL (default http://127.0.0.1:8000) is used as it is. It must be started from this checkout,
    with the same STATE_DIR or DATABASE_URL, and without limits. If nothing runs there and BASE_URL is unset, or with
    `own`, a product is started in a new folder as `make run` does, and stopped and deleted at the end. In both cases
    Django's settings are then those of the product, so that its database can be read.
    """
    base_url = None if own else os.environ.get("BASE_URL")
    if not own and _is_ready(base_url or DEFAULT_URL):
        print(f"Measuring the product at {base_url or DEFAULT_URL}.", flush=True)
        yield _address(base_url or DEFAULT_URL)
    elif base_url:
        raise RuntimeError(f"Nothing is ready at {base_url}.")
    else:
        print("Starting a new product.", flush=True)
        with own_folder() as folder, product(folder) as address:
            yield address


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py on the product's database; return the completed process.

    `environment` overrides environment variables.
    """
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
    """Yield a new STATE_DIR for products without limits; delete it and its servers' data at the end."""
    folder = Path(tempfile.mkdtemp(prefix="ticketing-bench-"))
    os.environ |= {"STATE_DIR": str(folder / "state"), "PORT": str(free_port()), **NO_LIMITS}
    try:
        yield folder
    finally:
        subprocess.run([sys.executable, "-m", "ticketing.embedded", "remove"], cwd=CHECKOUT, check=False)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_services() -> Iterator[None]:
    """Run a new Postgres and Valkey with the product's tables, and set up Django for them; no product runs."""
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
    """Start a product in `folder` (from `own_folder`) as `make run` does; yield its address once it is ready."""
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
            raise RuntimeError(f"The product did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(POLL_SECONDS)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return True
    except OSError:  # also urllib's errors
        return False


def _address(url: str) -> Address:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80
