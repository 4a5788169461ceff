"""Models of places: the venues of sellers."""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q

from core.text.lines import check_line, check_paragraphs
from core.text.visible import check_visible
from events.zones import check_zone

ZONE_LENGTH = 64  # characters; the longest name has 32


@cache
def countries() -> dict[str, str]:
    """Return the countries and territories of ISO 3166-1 as {two letters: English name}, from the package tzdata."""
    lines = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t")[:2] for line in lines if line and not line.startswith("#"))


def check_country(code: str) -> None:
    """Raise Django's ValidationError unless this is the code of a country, in capital letters."""
    if code not in countries():
        raise ValidationError("This is not the code of a country (ISO 3166-1, two capital letters).", "unknown")


class Venue(models.Model):
    """A place of a seller where events are put on, with the zone of the clock on its wall."""

    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="venues")
    name = models.CharField(max_length=200, validators=[check_visible, check_line])
    address = models.CharField(
        max_length=400, blank=True, default="", validators=[check_line], help_text="Street, town and postal code."
    )
    country = models.CharField(
        max_length=2, blank=True, default="", validators=[check_country], help_text="Two letters, as in DE or CA."
    )
    time_zone = models.CharField(
        max_length=ZONE_LENGTH, validators=[check_zone], help_text="Of the clock on its wall, as in Europe/Berlin."
    )
    latitude = models.DecimalField(
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text="In degrees; south is negative.",
    )
    longitude = models.DecimalField(
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text="In degrees; west is negative.",
    )
    accessibility = models.TextField(
        max_length=2_000,
        blank=True,
        default="",
        validators=[check_paragraphs],
        help_text="How people with a wheelchair or other needs get in, and whom they can ask. Buyers read it.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            CheckConstraint(
                name="venue_has_both_coordinates_or_none",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
            CheckConstraint(name="venue_country_is_code", condition=Q(country__regex=r"^([A-Z]{2})?$")),
        ]
        indexes = [models.Index(fields=["seller", "name"], name="venue_of_seller")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the clock on its wall."""
        return ZoneInfo(self.time_zone)
