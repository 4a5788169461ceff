"""The floors of the house (pyproject.toml, importlinter) hold."""

import subprocess
import sys
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def test_arrows_only_point_down() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_every_part_of_the_street_but_the_errors_is_closed_to_the_apps() -> None:
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (street,) = [contract for contract in contracts if contract["type"] == "forbidden"]
    parts = {
        f"ticketing.{path.stem}"
        for path in (CHECKOUT / "ticketing").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert parts - set(street["forbidden_modules"]) == {"ticketing.__init__", "core.errors", "ticketing.tests"}
