"""The notation of rates in settings."""

import pytest

from ticketing.setting_types.rates import Rate, read_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10/min", (10, 60)),
        ("100/minute", (100, 60)),
        ("3/2second", (3, 2)),
        (" 5 / 10 Minutes ", (5, 600)),
        ("1/h", (1, 3_600)),
        ("7/d", (7, 86_400)),
        ("", None),
        ("  ", None),
    ],
)
def test_a_rate_is_read_as_calls_and_seconds_and_an_empty_text_as_no_limit(text: str, rate: Rate | None) -> None:
    assert read_rate("API_RATE", text) == rate


@pytest.mark.parametrize("text", ["10", "ten/min", "10/", "10/fortnight", "0/min", "10/0min", "-1/min", "1.5/min"])
def test_the_error_for_an_invalid_rate_names_the_setting(text: str) -> None:
    with pytest.raises(ValueError, match="API_RATE must be a rate"):
        read_rate("API_RATE", text)
