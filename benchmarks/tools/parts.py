"""CPU time and memory of the running product by process type, as the kernel counts them."""

import os
from collections.abc import Callable
from urllib.parse import urlsplit

import psutil

from benchmarks.tools.client import Address

# Words on the command lines of supervisord's children.
WORDS = {"granian": "web", "daphne": "realtime", "worker": "worker", "beat": "beat", "haproxy": "proxy"}


class Parts:
    """The processes of the product at `address`, grouped by part."""

    def __init__(self, address: Address) -> None:
        from django.conf import settings

        self._roots = {
            "postgres": _listener(urlsplit(settings.DATABASE_URL).port),
            "valkey": _listener(urlsplit(settings.REDIS_URL).port),
        }
        supervisor = _listener(address[1]).parent()
        for child in supervisor.children() if supervisor else []:
            words = {os.path.basename(argument) for argument in child.cmdline()}
            self._roots |= {part: child for word, part in WORDS.items() if word in words}
        if "web" not in self._roots:
            raise RuntimeError(
                "the product's web processes were not found: does it run on this machine, under supervisord?"
            )

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU seconds that each part has used since it started."""
        return {part: _sum(root, _cpu_seconds) for part, root in self._roots.items()}

    def memory(self, part: str) -> float:
        """Return the resident memory of a part's processes in MB; shared memory counts in each process."""
        return _sum(self._roots[part], lambda process: process.memory_info().rss) / 1_000_000


def _listener(port: int | None) -> psutil.Process:
    for connection in psutil.net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return psutil.Process(connection.pid)
    raise RuntimeError(f"nothing on this machine listens on port {port}")


def _cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU seconds of a process and of its children that have ended."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def _sum(root: psutil.Process, measure: Callable[[psutil.Process], float]) -> float:
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            total += measure(process)
        except psutil.NoSuchProcess:  # its parent's time includes it now
            continue
    return total
