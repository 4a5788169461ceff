"""Sellers whose address isn't confirmed: every page from which they could publish says what is missing."""

import re
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User


@pytest.fixture
def unconfirmed(carol: User) -> User:
    """Carol, who has not confirmed her address."""
    carol.is_verified = False
    carol.save()
    return carol


@pytest.mark.parametrize(
    "path", ["/admin/events/event/{}/change/", "/admin/events/event/{}/do/publish/", "/sell/{}", "/sell"]
)
def test_wherever_they_could_publish_sellers_read_what_is_missing_and_have_a_button_for_it(
    seller_client: Client, unconfirmed: User, new_event: Any, worker: Any, mailoutbox: list[EmailMessage], path: str
) -> None:
    path = path.format(new_event(draft=True).pk)
    page = seller_client.get(path).text
    assert "Confirm your email address</strong> before you publish an event" in page
    assert 'href="/account#email"' in page
    assert "Publish …</a>" not in page and ">Publish</button>" not in page
    [resend] = re.findall(
        r'<form method="post" action="(.+?)">\s*<input type="hidden" name="next" value="(.+?)">', page
    )
    assert resend == ("/account/verify/resend", path)
    with worker():
        answer = seller_client.post(resend[0], {"next": resend[1]}, follow=True)
    assert answer.redirect_chain == [(path, 302)]
    assert "We have sent the email to carol@example.com again." in answer.text
    assert [mail.to for mail in mailoutbox] == [["carol@example.com"]]

    User.objects.update(is_verified=True)
    page = seller_client.get(path).text
    assert "Confirm your email address" not in page and "/account/verify/resend" not in page
    assert path == "/sell" or "Publish …</a>" in page or ">Publish</button>" in page
