"""What sellers send from the page of an event's seats. The forms check and never write."""

from django import forms
from django.db.models import QuerySet

from events.models import Event, Subsection
from events.states import ChangeKind

DOINGS = ((ChangeKind.BLOCKED.value, "Block"), (ChangeKind.UNBLOCKED.value, "Unblock"))
NO_SEATS = "Pick the seats first, or write their names."
MOST_CHARACTERS = 1_000_000  # as many as a request can hold


def blocks_of(event: Event) -> QuerySet[Subsection]:
    """The event's blocks without their seats."""
    return Subsection.objects.filter(event=event).defer("seat_status")


class SeatPicks(forms.Form):
    """Seats of one block by name, and what to do with them."""

    do = forms.ChoiceField(choices=DOINGS, error_messages={"required": "Say whether to block or to unblock."})
    block = forms.ModelChoiceField(
        Subsection.objects.none(), error_messages={"invalid_choice": "This event has no such block."}
    )
    seats = forms.CharField(max_length=MOST_CHARACTERS, error_messages={"required": NO_SEATS})

    def __init__(self, event: Event, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["block"].queryset = blocks_of(event)  # type: ignore[attr-defined]

    def clean_seats(self) -> list[str]:
        """The names, whatever stands between them: "1-1 1-2" or "1-1, 1-2"."""
        names = str(self.cleaned_data["seats"]).replace(",", " ").split()
        if not names:
            raise forms.ValidationError(NO_SEATS)
        return names


class BlockPicks(forms.Form):
    """Whole blocks and sections, and what to do with all of their seats that are in the state for it."""

    do = forms.ChoiceField(choices=DOINGS)
    blocks = forms.ModelMultipleChoiceField(
        Subsection.objects.none(), required=False, error_messages={"invalid_choice": "This event has no such block."}
    )
    sections = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "This event has no such section."}
    )

    def __init__(self, event: Event, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        names = [section["name"] for section in event.seating_config["sections"]]
        self.fields["blocks"].queryset = blocks_of(event)  # type: ignore[attr-defined]
        self.fields["sections"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.all = blocks_of(event)

    def chosen(self) -> list[Subsection]:
        """The blocks that were picked by themselves or with their section, in the order of the seating."""
        picked = set(self.cleaned_data["blocks"])
        sections = set(self.cleaned_data["sections"])
        return [block for block in self.all if block in picked or block.section in sections]

    def clean(self) -> None:
        """At least one block."""
        super().clean()
        if not self.errors and not self.chosen():
            raise forms.ValidationError("Pick at least one block first.")
