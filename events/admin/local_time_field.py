"""The form field for a time by the clock at the venue.

On the night when clocks go back, a time comes twice; then the field also asks which of the two is meant.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from events.zones import NoSuchTime, TwoTimes, instant_of, instants_of, wall_clock

FIRST, SECOND = "first", "second"
SIDES = [("", "Which of the two?"), (FIRST, "the first one, before the clocks go back"), (SECOND, "the second one")]


@dataclass(frozen=True)  # a tuple would be taken for the values of the inputs
class LocalTime:
    """What the clock at the venue shows and, if it shows that twice, which of the two is meant."""

    wall: datetime
    side: str = ""

    def instant(self, zone: str) -> datetime:
        """Return the instant, in UTC. Raises ValidationError if there is none, or if it isn't said which is meant."""
        try:
            return instant_of(self.wall, zone)
        except NoSuchTime as gap:
            text = (
                f"The clocks go forward that night: {self.wall:%H:%M} does not exist. They show {gap.after:%H:%M} next."
            )
            raise ValidationError(text, "no_such_time") from None
        except TwoTimes as two:
            if self.side:
                return two.instants[self.side == SECOND]
            text = f"The clocks go back that night: {self.wall:%H:%M} comes twice. Please say which one is meant."
            raise ValidationError(text, "two_times") from None


def local_time(instant: datetime | None, zone: str) -> LocalTime | None:
    """Return the value of the field for an instant."""
    if instant is None:
        return None
    wall = wall_clock(instant, zone)
    instants = instants_of(wall, zone)
    side = (FIRST, SECOND)[instants.index(instant)] if len(instants) > 1 else ""
    return LocalTime(wall, side)


class LocalTimeInputs(forms.MultiWidget):
    """Native date and time inputs, with the browser's own pickers; and the choice of two times, where it is needed."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(self.parts(), attrs)

    def parts(self) -> list[forms.Widget]:
        """Return the inputs."""
        return [
            forms.DateInput({"type": "date", "class": "vTextField"}, "%Y-%m-%d"),
            forms.TimeInput({"type": "time", "class": "vTextField"}, "%H:%M:%S"),
            forms.Select({"hidden": True}, SIDES),
        ]

    def decompress(self, value: LocalTime | None) -> list[Any]:
        """Return the values of the inputs."""
        if value is None:
            return [None, None, ""]
        return [value.wall.date(), value.wall.time(), value.side]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Show the choice of two times if one was made."""
        values = value if isinstance(value, list) else self.decompress(value)
        if values[2]:
            self.ask_side()
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return context

    def ask_side(self) -> None:
        """Show the choice of two times."""
        self.widgets[2].attrs.pop("hidden", None)


class HiddenLocalTimeInputs(LocalTimeInputs):
    """The same as hidden inputs, for the value that the page has shown."""

    def parts(self) -> list[forms.Widget]:
        """Return the inputs."""
        day, hour = forms.DateInput({"type": "hidden"}, "%Y-%m-%d"), forms.TimeInput({"type": "hidden"}, "%H:%M:%S")
        return [day, hour, forms.HiddenInput()]


class LocalTimeField(forms.MultiValueField):
    """A time by the clock at the venue; its value is a LocalTime, or None if it is empty."""

    widget = LocalTimeInputs
    hidden_widget = HiddenLocalTimeInputs

    def __init__(self, *, label: str, help_text: str = "") -> None:
        day = forms.DateField(required=False, error_messages={"invalid": "Enter a valid date."})
        hour = forms.TimeField(required=False, error_messages={"invalid": "Enter a valid time."})
        fields = (day, hour, forms.ChoiceField(choices=SIDES, required=False))
        super().__init__(fields, required=False, require_all_fields=False, label=label, help_text=help_text)
        for part, widget in zip(("date", "time", "which of two times"), self.widget.widgets, strict=True):
            widget.attrs["aria-label"] = f"{label}: {part}"

    def compress(self, data_list: list[Any]) -> LocalTime | None:
        """Return the time. Raises ValidationError if the date or the time is missing."""
        day, hour, side = data_list or (None, None, "")
        if day is None and hour is None:
            return None
        if not isinstance(day, date):
            raise ValidationError("Enter a valid date.", "invalid_date")
        if not isinstance(hour, time):
            raise ValidationError("Enter a valid time.", "invalid_time")
        return LocalTime(datetime.combine(day, hour), side)
