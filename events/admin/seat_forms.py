"""Forms of the page that blocks and unblocks seats. They validate and never write."""

from django import forms
from django.db.models import QuerySet

from events.models import Event, Subsection
from events.seating.names import names_of
from events.states import ChangeKind

CHANGES = ((ChangeKind.BLOCKED.value, "Block"), (ChangeKind.UNBLOCKED.value, "Unblock"))
NO_SEATS = "Pick seats or enter their names first."
MAX_LENGTH = 1_000_000  # of all seat names together, in characters


def subsections_of(event: Event) -> QuerySet[Subsection]:
    """Return the event's subsections without their seat status, which is long and is read only if it is used."""
    return Subsection.objects.filter(event=event).defer("seat_status")


class SeatPicks(forms.Form):
    """Seats of one subsection by name, and whether to block or unblock them."""

    do = forms.ChoiceField(
        choices=CHANGES, error_messages={"required": "Choose whether to block or unblock the seats."}
    )
    block = forms.ModelChoiceField(
        Subsection.objects.none(), error_messages={"invalid_choice": "This event has no such block."}
    )
    seats = forms.CharField(max_length=MAX_LENGTH, error_messages={"required": NO_SEATS})

    def __init__(self, event: Event, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["block"].queryset = subsections_of(event)  # type: ignore[attr-defined]

    def clean_seats(self) -> list[str]:
        """Return the seat names, split at lines, commas and spaces: "1-1 1-2" or "1-1, 1-2".

        The names of a drawn block may have spaces and commas in them: what is a name is not split.
        """
        block = self.cleaned_data.get("block")
        known = set(names_of(block).drawn) if block is not None else set()
        lines = [line.strip() for line in str(self.cleaned_data["seats"]).splitlines()]
        parts = [part.strip() for line in lines for part in ([line] if line in known else line.split(","))]
        names = [name for part in parts for name in ([part] if part in known else part.split())]
        if not names:
            raise forms.ValidationError(NO_SEATS)
        return names


class SubsectionPicks(forms.Form):
    """Whole subsections and sections, and whether to block their free seats or unblock their blocked ones."""

    do = forms.ChoiceField(choices=CHANGES)
    blocks = forms.ModelMultipleChoiceField(
        Subsection.objects.none(), required=False, error_messages={"invalid_choice": "This event has no such block."}
    )
    sections = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "This event has no such section."}
    )

    def __init__(self, event: Event, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        names = dict.fromkeys(each.section for each in subsections_of(event))
        self.fields["blocks"].queryset = subsections_of(event)  # type: ignore[attr-defined]
        self.fields["sections"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.all_subsections = subsections_of(event)

    def selected(self) -> list[Subsection]:
        """Return the subsections that were ticked themselves or with their section, in the order of the seating."""
        picked = set(self.cleaned_data["blocks"])
        sections = set(self.cleaned_data["sections"])
        return [each for each in self.all_subsections if each in picked or each.section in sections]

    def clean(self) -> None:
        """Require at least one subsection."""
        super().clean()
        if not self.errors and not self.selected():
            raise forms.ValidationError("Tick at least one block first.")
