"""Forms of seating plans in files. They validate and never write."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.models import User
from events.admin.plans.forms import PlanForm
from events.plans.formats.files import MAX_BYTES, read_file
from events.plans.formats.problems import Understood
from events.venue_models import Venue
from events.venues.write import venues_of


class PlanFileForm(forms.Form):
    """A file, and the venue whose plan it is. `understood` is what was understood of a file, also of a bad one."""

    venue = forms.ModelChoiceField(Venue.objects.none())
    file = forms.FileField(
        help_text="A plan of pretix (JSON), a table with one line for each seat (CSV), or a seating plan of this site "
        f"(JSON). At most {MAX_BYTES // 1024 // 1024} MB.",
        widget=forms.FileInput(attrs={"accept": ".json,.csv,.txt,application/json,text/csv"}),
    )
    unit_cm = forms.FloatField(
        label="Centimetres per pixel",
        required=False,
        validators=[MinValueValidator(0.01), MaxValueValidator(1_000)],
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="Only for plans of pretix. Empty, it is found by the distance of the seats.",
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        """Offer the venues of the user."""
        super().__init__(*args, **options)
        self.understood: Understood | None = None
        venue: Any = self.fields["venue"]
        venue.queryset = venues_of(user).order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        """Read the file."""
        data = super().clean() or self.cleaned_data
        file: Any = data.get("file")
        if file is not None and "unit_cm" not in self.errors:
            self.understood = read_file(
                file.read(MAX_BYTES + 1),
                name=str(file.name).rpartition(".")[0] or "Seating plan",
                max_places=settings.MAX_SEATS_PER_EVENT,
                unit_cm=data.get("unit_cm"),
            )
            if self.understood.document is None:
                self.add_error("file", "Nothing was stored, because the file can’t be read as a plan.")
        return data


class ImportedPlanForm(PlanForm):
    """The name of a plan that is made of a file, and the token of the upload that the seller has seen."""

    token = forms.CharField(widget=forms.HiddenInput, max_length=64)

    class Meta(PlanForm.Meta):
        widgets = {"name": forms.TextInput(attrs={"class": "vTextField"})}
