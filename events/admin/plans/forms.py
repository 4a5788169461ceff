"""Forms of seating plans. They validate and never write."""

from django import forms

from events.plan_models import SeatingPlan


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
    """A new plan: also its venue. What to start from is asked in the designer, with pictures."""

    class Meta(PlanForm.Meta):
        fields = ("venue", "name")  # in this order: the name is checked among those of the venue
