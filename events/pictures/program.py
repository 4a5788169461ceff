"""The program that turns an uploaded file into renderings: `python -m events.pictures.program < upload > renderings`.

Decoders are large libraries in C that read what strangers send. Here, a file that needs too much memory or time, or
crashes one of them, ends a process that has no secrets, and not a web process. It imports nothing of Django.

The output is one line of JSON, then the contents of the renderings one after the other. The line is
{"renderings": [[name, width, height, bytes]]} or, if the file was refused, {"code", "detail"}.
"""

import json
import resource
import sys

MEMORY = 1024 * 1024 * 1024  # bytes of address space
SECONDS = 20  # of processor time


def main() -> None:
    """Read a file from standard input, write its renderings to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    # Imported under the limits.
    from PIL import AvifImagePlugin

    from events.pictures.reading import Refusal, read_image
    from events.pictures.rendering import renderings_of

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each thread would need address space
    try:
        renderings = renderings_of(read_image(sys.stdin.buffer.read()))
    except Refusal as refusal:
        _write({"code": refusal.code, "detail": str(refusal)})
        return
    _write({"renderings": [[*rendering[:3], len(rendering.content)] for rendering in renderings]})
    for rendering in renderings:
        sys.stdout.buffer.write(rendering.content)


def _write(head: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")


if __name__ == "__main__":
    main()
