"""Operators import and export seating plans on the command line."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from events.plan_models import PlanVersion, SeatingPlan
from events.plans.formats.tests.examples import hall as pretix_hall
from events.plans.formats.tests.examples import seats_in_file
from events.venue_models import Venue


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "old-mill.json"
    path.write_text(json.dumps(pretix_hall()))
    return path


def run(name: str, *arguments: Any, **options: Any) -> tuple[str, str]:
    """Return what the command writes on its standard output and error."""
    output, errors = io.StringIO(), io.StringIO()
    call_command(name, *map(str, arguments), stdout=output, stderr=errors, **options)
    return output.getvalue(), errors.getvalue()


def refused(*arguments: Any) -> tuple[str, str]:
    """Return the message of a refused import, and what it wrote on its standard error."""
    errors = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("import_plan", *map(str, arguments), stdout=io.StringIO(), stderr=errors)
    assert refusal.value.returncode == 1
    assert not SeatingPlan.objects.exists()
    return str(refusal.value), errors.getvalue()


def mistaken(file: Path, **members: Any) -> None:
    """Change the members of a seat in the file."""
    data = json.loads(file.read_text())
    data["zones"][0]["rows"][0]["seats"][0].update(members)
    file.write_text(json.dumps(data))


def test_a_file_becomes_a_draft(file: Path, hall: Venue) -> None:
    output, _ = run("import_plan", file, "--venue", hall.pk)
    plan = SeatingPlan.objects.get()
    assert (plan.venue, plan.name, plan.versions.count()) == (hall, "Old Mill", 0)
    lines = output.splitlines()
    assert (lines[0], lines[2:4]) == ("2 sections, 2 blocks, 139 seats", ["Stalls: 136", "Balcony, side: 3"])
    assert output.splitlines()[-1] == f"Plan {plan.pk} “Old Mill” of {hall.name}"


def test_a_file_becomes_a_version_and_a_file_again(file: Path, hall: Venue, tmp_path: Path) -> None:
    run("import_plan", file, "--venue", hall.pk, "--name", "Winter", "--publish")
    version = PlanVersion.objects.get(plan__name="Winter")
    output, _ = run("export_plan", version.pk)
    assert seats_in_file(json.loads(output)) == seats_in_file(pretix_hall())
    _, errors = run("export_plan", version.pk, "--format", "csv", "--output", tmp_path / "plan.csv")
    assert "Shapes and texts" in errors
    output, _ = run("import_plan", tmp_path / "plan.csv", "--venue", hall.pk)
    assert SeatingPlan.objects.get(name="plan").draft["name"] == "plan"
    assert "139 seats" in output


def test_a_check_stores_nothing(file: Path, hall: Venue) -> None:
    output, _ = run("import_plan", file, "--check")
    assert "139 seats" in output
    assert not SeatingPlan.objects.exists()


def test_proposals_are_followed_only_when_they_are_accepted(file: Path, hall: Venue) -> None:
    mistaken(file, seat_number="A-1")
    message, errors = refused(file, "--venue", hall.pk)
    assert message == "1 problem; nothing was stored. Run it again with --accept to follow the proposals."
    assert "zones.0.rows.0.seats.0.seat_number: “A-1” has “-”" in errors
    run("import_plan", file, "--venue", hall.pk, "--accept")
    assert SeatingPlan.objects.count() == 1


def test_a_problem_without_a_proposal_stores_nothing(file: Path, hall: Venue) -> None:
    mistaken(file, position=None)
    message, errors = refused(file, "--venue", hall.pk, "--accept", "--publish")
    assert message == "1 problem; nothing was stored."
    assert "zones.0.rows.0.seats.0.position" in errors


def test_a_wrong_venue_name_or_file_stores_nothing(file: Path, hall: Venue) -> None:
    assert refused(file)[0] == "Name the venue with --venue, or only check the file with --check."
    assert refused(file, "--venue", 987_654)[0] == "There is no venue 987654."
    assert "No such file" in refused(file.with_name("none.json"), "--venue", hall.pk)[0]
    assert "characters" in refused(file, "--venue", hall.pk, "--name", "x" * 201)[0]


def test_only_existing_versions_are_exported(db: None) -> None:
    with pytest.raises(CommandError, match="There is no version 987654"):
        run("export_plan", 987_654)
