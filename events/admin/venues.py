"""Venues in the seller admin: sellers manage their own venues, operators all venues."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.http import HttpRequest

from accounts.models import User
from events.admin.zone_choices import latest_zone, suggest_zone, zone_choices
from events.seller_admin.rows import WrittenRows, user_of
from events.venue_models import Venue, countries
from events.venues.plans import listed_plans
from events.venues.write import add_venue, change_venue, remove_venue
from events.zones import zones_of_countries

FIELDS = ("name", "address", "country", "time_zone", "accessibility", "latitude", "longitude")


def _country_choices() -> list[tuple[str, str]]:
    return [("", "Not said"), *sorted(countries().items(), key=lambda country: country[1])]


class CountrySelect(forms.Select):
    """The choice of a country; each option has the zones of the country for the page's script."""

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Return the option with `data-zones`, separated by spaces."""
        option: dict[str, Any] = super().create_option(name, value, *args, **options)
        if zones := zones_of_countries().get(value):
            option["attrs"]["data-zones"] = " ".join(zones)
        return option


class VenueForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The fields of a venue."""

    country = forms.ChoiceField(choices=_country_choices, required=False, widget=CountrySelect)
    time_zone = forms.ChoiceField(
        choices=zone_choices,
        help_text="Of the clock on its wall: you type the times of events by it, and buyers read them by it.",
    )

    class Meta:
        model = Venue
        fields = FIELDS
        labels = {"accessibility": "Getting in"}

    class Media:
        js = (forms.widgets.Script("events/admin/venue_zone.js", type="module"),)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Let the page's script suggest the zone for a seller's first venue. Offer a venue's own zone in any case."""
        super().__init__(*args, **options)
        zone: Any = self.fields["time_zone"]
        if self.instance.pk is None:
            suggest_zone(self)
        elif not zone.valid_value(self.instance.time_zone):
            zone.choices = [(self.instance.time_zone, self.instance.time_zone), *zone.choices]

    def clean(self) -> dict[str, Any]:
        """Require both coordinates or none."""
        data = super().clean() or self.cleaned_data
        missing = [name for name in ("latitude", "longitude") if data.get(name) is None and name not in self.errors]
        if len(missing) == 1:
            self.add_error(missing[0], ValidationError("Latitude and longitude need each other.", "required"))
        return data


@admin.register(Venue)
class Venues(WrittenRows):
    """Add, change and remove venues."""

    seller_lookup = "seller"
    form = VenueForm
    change_form_template = "admin/events/venue/change_form.html"
    list_display = ("name", "address", "time_zone", "events")
    search_fields = ("name__folded", "address__folded")
    search_help_text = "Name or address"
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Venue | None = None) -> bool:
        """Allow operators to view everything, and sellers the list and their own venues."""
        own = obj is None or request.user.is_superuser or obj.seller_id == request.user.pk
        return self.has_module_permission(request) and own

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow sellers and operators to add venues."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Venue | None = None) -> bool:
        """Allow everyone who may view the venue."""
        return self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Venue | None = None) -> bool:
        """Allow it for a venue without events."""
        return obj is not None and self.has_view_permission(request, obj) and not obj.events.exists()

    def get_fields(self, request: HttpRequest, obj: Venue | None = None) -> tuple[str, ...]:
        """Return the fields of the form; operators also choose the seller when they add a venue."""
        return (("seller",) if request.user.is_superuser else ()) + FIELDS

    def get_readonly_fields(self, request: HttpRequest, obj: Venue | None = None) -> tuple[str, ...]:
        """Keep the seller of an existing venue."""
        return () if obj is None else ("seller",)

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only active sellers."""
        if db_field.name == "seller":
            kwargs["queryset"] = User.objects.filter(role=User.Role.SELLER, is_active=True).order_by("email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start with the zone that the seller used last; ignore initial values in the URL."""
        return latest_zone(user_of(request))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the seating plans of an existing venue."""
        venue = kwargs.get("obj")
        if venue is not None:
            context["plans"] = listed_plans(venue.plans.all())
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="Events")
    def events(self, venue: Venue) -> int:
        """Return how many events were or will be there."""
        return venue.events.count()

    def save_model(self, request: HttpRequest, obj: Venue, form: VenueForm, change: bool) -> None:
        """Add or change the venue through the operations; `obj` itself is never saved."""
        user = user_of(request)
        if change:
            changed = {name: form.cleaned_data[name] for name in form.changed_data if name in FIELDS}
            change_venue(venue_id=obj.pk, seller=user, **changed)
        else:
            fields = {name: form.cleaned_data[name] for name in FIELDS}
            obj.pk = add_venue(seller=form.cleaned_data.get("seller") or user, **fields).pk

    def delete_model(self, request: HttpRequest, obj: Venue) -> None:
        """Remove the venue through the operation."""
        remove_venue(venue_id=obj.pk, seller=user_of(request))
