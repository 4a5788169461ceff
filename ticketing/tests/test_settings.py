"""Settings whose errors would otherwise go unnoticed."""

import os

import pytest
from django.conf import settings


@pytest.mark.skipif("EMAIL_URL" in os.environ, reason="emails go to EMAIL_URL")
def test_emails_are_written_below_the_state_folder() -> None:
    assert settings.EMAIL_CONFIG["EMAIL_FILE_PATH"] == str(settings.STATE_DIR / "mail")
