"""Forms of seating plans. They validate and never write."""

from django import forms

from events.plan_models import SeatingPlan
from events.plans.examples import templates

NO_TEMPLATE = ("", "An empty plan")


def _template_choices() -> list[tuple[str, str]]:
    return [*templates().items(), NO_TEMPLATE]


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The name of a plan."""

    class Meta:
        model = SeatingPlan
        fields: tuple[str, ...] = ("name",)
        help_texts = {"name": "For yourself, as in “Concert” or “Banquet”: buyers don’t see it."}

    def clean_name(self) -> str:
        """Return the name. Raise ValidationError if it is that of another plan of the venue."""
        name, venue = str(self.cleaned_data["name"]), self.cleaned_data.get("venue", self.instance.venue_id)
        if SeatingPlan.objects.filter(venue=venue, name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("The venue already has a seating plan of this name.", "unique")
        return name

    def validate_constraints(self) -> None:
        """Leave the unique name to `clean_name`, whose error is at the field."""


class NewPlanForm(PlanForm):
    """A new plan: also its venue, and what to start from."""

    template = forms.ChoiceField(
        label="Start with",
        choices=_template_choices,
        widget=forms.RadioSelect,
        required=False,
        help_text="You can change everything in the designer.",
    )

    class Meta(PlanForm.Meta):
        fields = ("venue", "name")  # in this order: the name is checked among those of the venue
