"""Start a server for the duration of a measurement."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.tools.stage import CHECKOUT

START_SECONDS = 60
STOP_SECONDS = 10


@contextmanager
def running(command: list[str], port: int, checkout: Path = CHECKOUT, **environment: str) -> Iterator[psutil.Process]:
    """Start the command; yield its process once it accepts connections on this port of 127.0.0.1.

    Stops it at the end. Raises RuntimeError if it does not start.
    """
    process = subprocess.Popen(command, cwd=checkout, env=os.environ | environment)
    try:
        end = time.monotonic() + START_SECONDS
        while not _accepts(port):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command} does not start")
            time.sleep(0.1)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
