"""Rules for every page: security headers, no inline code, and clear texts when something is wrong."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views import defaults

from accounts.models import User
from core.http import problems

TEMPLATES = sorted(
    path
    for folder in ("accounts", "bookings", "events", "ticketing")
    for path in (settings.BASE_DIR / folder / "templates").rglob("*.html")
    if path.parent.name != "mail"  # emails contain their styles: the site's policy does not apply where they are read
)
TAG = re.compile(r"<[a-zA-Z][^<>]*>")
INLINE = re.compile(
    r"""<style\b|\s(?:style|on[a-z]+)\s*=|(?:href|src|action)\s*=\s*["']?\s*javascript:""", re.IGNORECASE
)
# Matches script elements other than those with a source and those with data.
SCRIPT = re.compile(r"""<script\b(?![^>]*\bsrc=)(?![^>]*type="application/json")""", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_template_has_inline_script_or_style(path: Path) -> None:
    text = re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text(), flags=re.DOTALL)
    assert not SCRIPT.search(path.read_text())
    assert [tag for tag in TAG.findall(text) if INLINE.search(tag)] == []


def test_the_patterns_find_inline_code() -> None:
    for bad in ("<p style='color: red'>", '<a onclick="x()">', "<style>", '<a href="javascript:x()">'):
        assert any(INLINE.search(tag) for tag in TAG.findall(bad)), bad
    assert SCRIPT.search("<script>x()</script>")
    assert SCRIPT.search('<script type="module">x()</script>')


@pytest.mark.parametrize("address", ["/", "/login", "/nowhere", "/api/docs", "/admin/login/", "/api/event", "/healthz"])
@pytest.mark.django_db
def test_every_response_has_the_security_headers(client: Client, address: str) -> None:
    headers = client.get(address).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]


@pytest.mark.django_db
def test_pages_are_isolated_from_the_window_that_opened_them(client: Client) -> None:
    assert client.get("/").headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_page_has_the_metadata_of_a_shared_link(client: Client) -> None:
    page = client.get("/?q=x").content.decode()
    for name in ("og:site_name", "og:type", "og:title", "og:description", "og:url"):
        assert f'property="{name}"' in page
    assert '<link rel="canonical" href="http://testserver/">' in page
    assert '<meta name="description"' in page


@pytest.mark.django_db
def test_a_page_starts_with_a_skip_link_and_has_both_live_regions(client: Client) -> None:
    page = client.get("/").content.decode()
    assert page.index('class="skip-link" href="#main"') < page.index("<header")
    assert 'aria-live="polite"' in page
    assert 'aria-live="assertive"' in page


def test_the_header_depends_on_the_user(client: Client, alice: User, carol: User) -> None:
    anonymous = client.get("/").content.decode()
    assert "Log in" in anonymous
    assert "My bookings" not in anonymous
    client.force_login(alice)
    buyer = client.get("/").content.decode()
    assert "My bookings" in buyer
    assert "Log out" in buyer
    assert "desk" not in buyer
    client.force_login(carol)
    assert "Seller admin" in client.get("/").content.decode()


@pytest.mark.django_db
def test_a_missing_page_says_what_to_do(client: Client) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "See what’s on" in response.content.decode()


@pytest.mark.django_db
def test_a_users_name_is_escaped(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(name="<img src=x onerror=alert(1)>")
    client.force_login(alice)
    assert "<img src=x" not in client.get("/").content.decode()


@pytest.mark.django_db
def test_a_refused_page_says_that_it_belongs_to_somebody_else(rf: RequestFactory, alice: User) -> None:
    request = rf.get("/bookings")
    request.user = alice
    response = defaults.permission_denied(request, PermissionDenied())
    assert response.status_code == 403
    assert "You can’t open this page" in response.content.decode()


def test_the_page_for_500_needs_neither_a_request_nor_the_database(rf: RequestFactory) -> None:
    response = problems.server_error(rf.get("/checkout/1"))
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()  # type: ignore[attr-defined]
    assert "Log in" not in render_to_string("500.html")


def test_a_malformed_request_gets_a_page(rf: RequestFactory) -> None:
    response = problems.bad_request(rf.get("/"), SuspiciousOperation())
    assert response.status_code == 400
    assert "couldn’t process this request" in response.content.decode()  # type: ignore[attr-defined]


def test_the_default_icon_redirects_to_the_icon(client: Client) -> None:
    assert re.search(r"/icon(\.\w+)?\.svg$", client.get("/favicon.ico").headers["Location"])
