"""Run the program that checks and renders uploaded pictures (events.pictures.program)."""

import json
import subprocess
import sys

import structlog
from django.conf import settings

from core.concurrency import ConcurrencyLimiter
from core.errors import BadInput, Overloaded
from events.pictures.limits import MAX_BYTES
from events.pictures.rendering import Rendering

log = structlog.get_logger(__name__)

FIELD = "picture"
COMMAND = (sys.executable, "-m", "events.pictures.program")
# Nothing of this process's environment, which has secrets. Few arenas, as each reserves address space.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}
SECONDS = 30  # until an answer; a picture takes one or two
WAIT_SECONDS = 10  # for other uploads

# One at a time in each process, so that few large pictures are in memory at once.
_programs = ConcurrencyLimiter(1, stall=WAIT_SECONDS, wait=WAIT_SECONDS)


def render_picture(data: bytes) -> list[Rendering]:
    """Return the renderings of an uploaded file; the last one is for share cards. Takes a second or two.

    Raises BadInput if the file can't become a picture, Overloaded if other uploads keep the processor busy.
    """
    if not data:
        raise BadInput.field(FIELD, "This file is empty.", "empty")
    if len(data) > MAX_BYTES:
        raise BadInput.field(FIELD, f"This file is larger than {MAX_BYTES // 1024**2} MB.", "too_large")
    with _programs.slot():
        return _read(_run(data))


def _run(data: bytes) -> bytes:
    """Return the output of the program."""
    try:
        done = subprocess.run(  # noqa: S603  (no argument is from a request)
            COMMAND,
            input=data,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env=ENVIRONMENT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Overloaded from None
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        log.warning("picture_unreadable", status=done.returncode, reason=reason)
        raise BadInput.field(FIELD, "This picture can't be read. Export it again, with fewer pixels.", "unreadable")
    return done.stdout


def _read(output: bytes) -> list[Rendering]:
    line, _, contents = output.partition(b"\n")
    head = json.loads(line)
    if "code" in head:
        raise BadInput.field(FIELD, head["detail"], head["code"])
    renderings = []
    for name, width, height, length in head["renderings"]:
        renderings.append(Rendering(name, width, height, contents[:length]))
        contents = contents[length:]
    return renderings
