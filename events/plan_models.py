"""Models of seating plans: the plans of a venue, and their versions."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from core.text.lines import check_line
from core.text.visible import check_visible
from events.venue_models import Venue


def geometry_address(digest: str) -> str:
    """Return the path of the geometry with this digest in the API."""
    return f"/api/geometry/{digest}"


class SeatingPlan(models.Model):
    """A seating plan of a venue. `draft` is the document that is being drawn; events use its published versions."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="plans")
    name = models.CharField(max_length=200, validators=[check_visible, check_line])
    draft = models.JSONField(default=dict, help_text="The document as it was last saved; it may have mistakes.")
    # Two windows that draw the same plan must not overwrite each other: a save names the revision that it is based on.
    revision = models.PositiveIntegerField(default=0, db_default=0, help_text="Rises by one with every saved draft.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [UniqueConstraint(fields=["venue", "name"], name="plan_name_once_per_venue")]

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """A published version of a seating plan. It never changes: the database refuses updates.

    `document` is in the format of docs/seating-plans.md. `geometry` is what maps draw, as compressed JSON, and `digest`
    is the SHA-256 of that JSON in hex.
    """

    plan = models.ForeignKey(SeatingPlan, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text="1 is the first version of its plan.")
    document = models.JSONField()
    geometry = models.BinaryField(help_text="JSON, compressed with gzip.")
    digest = models.CharField(max_length=64)
    places = models.PositiveIntegerField(help_text="Seats, and places in standing areas.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["plan_id", "number"]
        indexes = [models.Index(fields=["digest"], name="plan_version_of_geometry")]
        constraints = [
            UniqueConstraint(fields=["plan", "number"], name="plan_version_once"),
            CheckConstraint(name="plan_version_has_places", condition=Q(places__gte=1)),
            CheckConstraint(name="plan_version_digest_is_sha256", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"
