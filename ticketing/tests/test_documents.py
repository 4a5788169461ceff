"""The documents name only files, names in the code, links, make targets and commands that exist."""

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *("README.md", "CONTRIBUTING.md", "SECURITY.md"),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
]
FILE = re.compile(r"[\w./*-]+\.(cfg|conf|css|example|html|js|json|md|pdf|png|py|sql|toml|txt|yml)")
IDENTIFIER = re.compile(r"@?([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)(?:\(.*\))?")
PLACEHOLDERS = re.compile(r"NAME|KIND|NNNN|…")
MADE_WHILE_RUNNING = (".state", "benchmarks/results/")
NOT_OURS = {".git", ".venv", ".state", ".hypothesis", "__pycache__", "results"}
CODE_SPAN = re.compile(r"`([^`]+)`")
CODE_LINE = re.compile(r"^    (\S.*)$", re.M)
LINK = re.compile(r"\]\(\s*([^)\s]+)\s*\)")


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def code_in(document: str) -> list[str]:
    """The code spans and indented lines of a document, with line breaks inside spans removed."""
    text = text_of(document)
    return [re.sub(r"\s+", " ", code) for code in (*CODE_SPAN.findall(text), *CODE_LINE.findall(text))]


@cache
def files() -> list[str]:
    """The files of the checkout, without what runs and tools leave there."""
    found = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in NOT_OURS and not name.endswith("_cache")]
        found += [str((Path(folder) / name).relative_to(ROOT)) for name in names]
    return found


@cache
def folders() -> frozenset[str]:
    return frozenset(f"{parent}/" for file in files() for parent in Path(file).parents if str(parent) != ".")


@cache
def words_of_the_code() -> frozenset[str]:
    """All words in the repository's files outside the documents."""
    code = [ROOT / file for file in files() if not file.endswith((".md", ".png"))]
    return frozenset(word for file in code for word in re.findall(r"\w+", file.read_text(errors="ignore")))


def paths_in(document: str) -> Iterator[str]:
    """Code spans that name a file, or a folder: with a slash at the end or below a folder of the root."""
    roots = {folder.partition("/")[0] for folder in folders()}
    for code in code_in(document):
        is_path = FILE.fullmatch(code) or code.endswith("/") or ("/" in code and code.partition("/")[0] in roots)
        if is_path and " " not in code and not code.startswith(("/", "http", *MADE_WHILE_RUNNING)):
            yield PLACEHOLDERS.sub("*", code)


def exists(path: str) -> bool:
    """Whether a file or folder has this path, or ends with it: documents shorten paths within a sentence."""
    candidates = [*files(), *folders(), *(folder.rstrip("/") for folder in folders())]
    return any(fnmatch(candidate, pattern) for pattern in (path, f"*/{path}") for candidate in candidates)


def anchors_of(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def identifiers_in(document: str) -> Iterator[str]:
    """The names in code spans that can only be names of the code: with an underscore or a capital inside."""
    for code in code_in(document):
        match = None if FILE.fullmatch(code) else IDENTIFIER.fullmatch(code)
        for name in match[1].split(".") if match else ():
            if "_" in name.strip("_") or re.search(r"[a-z][A-Z]", name):
                yield name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_exists(document: str) -> None:
    assert [path for path in paths_in(document) if not exists(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_and_its_heading_exist(document: str) -> None:
    broken = []
    for link in LINK.findall(text_of(document)):
        path, _, anchor = link.partition("#")
        if re.match(r"\w+:", link):
            continue
        target = (ROOT / document).parent / path if path else ROOT / document
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name != "docs/performance.md"])
def test_every_name_occurs_in_the_code(document: str) -> None:
    """The page about performance also names what was measured before and is gone."""
    assert sorted(set(identifiers_in(document)) - words_of_the_code()) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_exists(document: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", text_of("Makefile"), re.M))
    unknown = []
    for code in code_in(document):
        unknown += [f"make {name}" for name in re.findall(r"\bmake ([a-z][\w-]*)", code) if name not in targets]
        unknown += [name for name in re.findall(r"manage\.py (\w+)", code) if name not in get_commands()]
        unknown += [name for name in re.findall(r"python -m ([\w.]+)", code) if find_spec(name) is None]
    assert unknown == []


def test_the_checks_find_what_is_gone() -> None:
    assert not exists("bookings/operations/hold.py")
    assert exists("gateways/breaker.py")
    assert exists("bookings/sql/")
    assert "no_such_function_anywhere_" + "else" not in words_of_the_code()
