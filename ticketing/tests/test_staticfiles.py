"""Static files as they are served: with hashed names, compressed, and with working imports."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from core.money.currencies import currencies_with
from ticketing.staticfiles import HashedStaticFiles

OWN = ("accounts/", "bookings/", "events/", "ticketing/")
IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;]*?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)
DYNAMIC_IMPORT = re.compile(r"""\bimport\(\s*["'](\.{1,2}/[^"']+)["']""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `collectstatic` filled."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=str(folder)):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def names(collected: Path) -> dict[str, str]:
    """The hashed name of each file."""
    return json.loads((collected / "staticfiles.json").read_text())["paths"]


def test_every_own_file_has_a_hashed_name(names: dict[str, str]) -> None:
    own = [name for name in names if name.startswith(OWN)]
    assert "ticketing/style.css" in own
    assert [name for name in own if not HASHED.search(names[name])] == []


def test_every_import_leads_to_a_hashed_file(collected: Path, names: dict[str, str]) -> None:
    found = 0
    for name, hashed in names.items():
        if not name.startswith(OWN) or not name.endswith(".js"):
            continue
        text = (collected / hashed).read_text()
        for target in [*IMPORT.findall(text), *DYNAMIC_IMPORT.findall(text)]:
            found += 1
            assert HASHED.search(target), f"{name} imports {target}"
            assert (collected / hashed).parent.joinpath(target).resolve().is_file(), f"{name} imports {target}"
    assert found >= 5


def test_text_files_are_compressed_in_advance(collected: Path, names: dict[str, str]) -> None:
    assert (collected / f"{names['ticketing/style.css']}.gz").is_file()


def test_hashed_files_may_be_cached_forever(collected: Path, names: dict[str, str]) -> None:
    with override_settings(STATIC_ROOT=str(collected)):
        whitenoise = WhiteNoiseMiddleware(lambda request: None)
        static_file = whitenoise.files[f"/static/{names['ticketing/style.css']}"]
    headers = dict(static_file.get_response("HEAD", {}).headers)
    assert "immutable" in headers["Cache-Control"]


def test_plain_names_are_used_if_no_files_were_collected(tmp_path: Path) -> None:
    storage = HashedStaticFiles(location=str(tmp_path), base_url="/static/")
    assert storage.url("ticketing/style.css") == "/static/ticketing/style.css"
    assert isinstance(staticfiles_storage, HashedStaticFiles)


def test_scripts_and_server_agree_on_the_decimals_of_currencies() -> None:
    script = (settings.BASE_DIR / "ticketing/static/ticketing/format.js").read_text()
    for name, codes in (("NO_DECIMALS", currencies_with(0)), ("THREE_DECIMALS", currencies_with(3))):
        assert f'const {name} = "{" ".join(codes)}"' in script
