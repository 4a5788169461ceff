"""What buyers read is in their words; the project's own stay in code, API and documentation (docs/glossary.md)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from bookings.bots.signals import SIGNALS
from bookings.payments.gateways import mock
from core.errors import DomainError

BASE = Path(settings.BASE_DIR)
OURS = re.compile(r"\b(holds?|held|holding|tiers?|positions?|subsections?|admissions?|allocat\w+)\b", re.IGNORECASE)
TEMPLATES = (
    "accounts/templates/accounts",
    "bookings/checkout/templates",
    "bookings/emails/templates",
    "bookings/templates",
    "bookings/waiting_room/templates",
    "events/catalog/templates",
    "ticketing/templates/partials",
    "ticketing/templates/mail",
)
SCRIPTS = ("accounts/static", "bookings/static/bookings", "events/static/events", "ticketing/static/ticketing")
FOR_OTHERS = {"admin", "checkin", "designer", "sell", "vendor"}  # folders of scripts that buyers never see
OTHER_SCRIPTS = {"operator.js", "admin_tables.js"}
READ = re.compile(r'\b(?:aria-label|title|alt|placeholder|content|data-hint|data-missing)="([^"]*)"')
STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
SPOKEN = re.compile(r"^[A-Z“].*\s|[a-z] [a-z]+ ")  # a sentence or part of one, not a name or a selector


def texts_of_template(path: Path) -> Iterator[str]:
    """Yield what people read or hear of a template, without the names of variables."""
    source = re.sub(
        r"{% comment %}.*?{% endcomment %}|<script.*?</script>|<style.*?</style>", " ", path.read_text(), flags=re.S
    )
    source = re.sub(r"{%.*?%}|{{.*?}}", " … ", source, flags=re.S)
    yield from READ.findall(source)
    yield re.sub(r"<[^>]*>", " ", source)


def texts_of_script(path: Path) -> Iterator[str]:
    """Yield the sentences in the strings of a script."""
    code = re.sub(r"/\*[\s\S]*?\*/|^\s*//.*$|\s//\s.*$", "", path.read_text(), flags=re.M)
    for quoted, template in (found for line in code.splitlines() for found in STRING.findall(line)):
        text = re.sub(r"\$\{[^}]*\}", "…", quoted or template)
        if SPOKEN.search(text):
            yield text


def scripts() -> Iterator[Path]:
    for folder in SCRIPTS:
        for path in sorted((BASE / folder).rglob("*.js")):
            if not FOR_OTHERS & set(path.relative_to(BASE).parts) and path.name not in OTHER_SCRIPTS:
                yield path


def all_errors(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for error in base.__subclasses__():
        yield error
        yield from all_errors(error)


@pytest.mark.parametrize("folder", TEMPLATES)
def test_templates_use_no_words_of_ours(folder: str) -> None:
    paths = [path for path in sorted((BASE / folder).rglob("*.*")) if path.suffix in (".html", ".txt")]
    assert paths
    found = {str(path): OURS.findall(text) for path in paths for text in texts_of_template(path) if OURS.search(text)}
    assert not found


def test_scripts_use_no_words_of_ours() -> None:
    texts = [(path, text) for path in scripts() for text in texts_of_script(path)]
    assert any("You can book at most" in text for _, text in texts)  # the strings are found
    assert not [(str(path), text) for path, text in texts if OURS.search(text)]


def test_errors_use_no_words_of_ours() -> None:
    errors = list(all_errors())
    assert {"HoldExpired", "SeatsTaken"} <= {error.__name__ for error in errors}
    told = {error.__name__: f"{error.title} {error.detail}" for error in errors}
    assert not {name: text for name, text in told.items() if OURS.search(text)}


def test_reasons_of_refusals_use_no_words_of_ours() -> None:
    reasons = [text for _, text in SIGNALS] + [text for _, text in mock.DECLINED.values()]
    assert len(reasons) > 5
    assert not [text for text in reasons if OURS.search(text)]
