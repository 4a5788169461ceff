"""docker-compose.yml, Dockerfile and .env.example can't be run by the tests, so their text is checked."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PROCESSES = CHECKOUT / "ticketing" / "processes"
OWN = ["web", "realtime", "worker", "mailer", "bulk-mailer", "deliveries", "beat"]

# The settings in the public contract.
CONTRACT = {
    *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "STATE_DIR", "EMAIL_URL"),
    *("PORT", "BOOKING_RATE", "API_RATE", "API_RATE_SURGE", "MAX_ACTIVE_HOLDS", "MAX_SEATS_PER_EVENT", "HOLD_SECONDS"),
    *("PAYMENT_SECONDS", "BOT_CHALLENGE"),
}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"])


@pytest.fixture(scope="module")
def supervised() -> configparser.RawConfigParser:
    configuration = configparser.RawConfigParser()
    configuration.read(PROCESSES / "supervisord.conf")
    return configuration


def example_settings() -> set[str]:
    return set(re.findall(r"^# ([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))


def test_compose_has_all_services(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "redis", "mail", "migrate", "proxy", *OWN}


@pytest.mark.parametrize("name", OWN)
def test_containers_run_the_same_commands_as_make_run(
    name: str, services: dict[str, Any], supervised: configparser.RawConfigParser
) -> None:
    assert services[name]["command"] == f"ticketing/processes/{name}"
    assert supervised[f"program:{name}"]["command"].endswith(f" %(here)s/{name}")


@pytest.mark.parametrize("name", [*OWN, "services", "proxy"])
def test_every_process_is_an_executable_file_and_is_restarted(
    name: str, supervised: configparser.RawConfigParser
) -> None:
    assert (PROCESSES / name).stat().st_mode & 0o111
    assert supervised[f"program:{name}"]["autorestart"] == "true"


def test_every_queue_is_read_by_a_process() -> None:
    read = [re.findall(r"--queues (\S+)", (PROCESSES / name).read_text()) for name in OWN]
    queues = {queue for lists in read for names in lists for queue in names.split(",")}
    assert queues == {"celery", *(str(route["queue"]) for route in settings.CELERY_TASK_ROUTES.values())}


def test_only_the_bulk_mailer_waits_for_an_idle_core() -> None:
    """Tickets must leave within a minute however busy the machine is."""
    assert [name for name in OWN if "export ONLY_IDLE_CORES=1" in (PROCESSES / name).read_text()] == ["bulk-mailer"]
    assert settings.CELERY_TASK_ROUTES["bookings.emails.tasks.send_due_emails"]["queue"] == "mailer"
    assert settings.CELERY_TASK_ROUTES["bookings.emails.tasks.send_due_bulk_emails"]["queue"] == "bulk-mailer"


def test_the_proxy_container_reads_the_same_configuration(services: dict[str, Any]) -> None:
    folder = "/usr/local/etc/haproxy"
    files = {f"./ticketing/processes/{name}:{folder}/{name}:ro" for name in ("haproxy.cfg", "error_pages")}
    assert set(services["proxy"]["volumes"]) == files
    needed = set(re.findall(r"\$\{([A-Z]+(?:_[A-Z]+)*)\}", (PROCESSES / "haproxy.cfg").read_text()))
    assert needed == set(services["proxy"]["environment"])


@pytest.mark.parametrize("name", ["migrate", *OWN])
def test_own_containers_get_the_settings_of_a_deployment(name: str, services: dict[str, Any]) -> None:
    needed = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "TRUSTED_PROXIES"}
    assert needed <= set(services[name]["environment"])
    assert "DEBUG" not in services[name]["environment"]


@pytest.mark.parametrize("name", OWN)
def test_no_process_starts_before_the_migrations(name: str, services: dict[str, Any]) -> None:
    assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_images_have_versions(services: dict[str, Any]) -> None:
    images = [service["image"] for service in services.values()]
    images += re.findall(r"^FROM (\S+)", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE)
    assert len(images) > len(services)
    assert all(":" in image and not image.endswith(":latest") for image in images)


def test_the_image_uses_the_pinned_requirements_and_does_not_run_as_root() -> None:
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    assert "RUN pip install -r requirements.txt" in lines
    assert "USER ticketing" in lines
    assert lines[-1] == 'CMD ["ticketing/processes/web"]'


def test_the_example_lists_every_setting_of_the_contract() -> None:
    assert example_settings() >= CONTRACT


def test_the_example_lists_every_setting_that_is_read() -> None:
    settings = (CHECKOUT / "ticketing" / "settings.py").read_text()
    assert set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings)) <= example_settings()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_are_exact_and_name_no_index(name: str) -> None:
    lines = (CHECKOUT / name).read_text().splitlines()
    assert all(re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==[^ ]+( ; .+)?$", line) for line in lines)
