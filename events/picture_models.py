"""Model of the picture of an event."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q

from core.text.lines import check_line
from core.text.visible import check_visible

ALT_LENGTH = 300  # characters
MAX_HEIGHT = 2_000  # pixels, of the largest rendering


class EventPicture(models.Model):
    """The picture of an event. This row decides which files are in use; others are left over and get deleted.

    The files are made by events/pictures/rendering.py. Their names have the `key`, which is new with every upload, so
    that a file never changes, and deleting those of one upload never deletes those of another.
    """

    event = models.OneToOneField("events.Event", models.PROTECT, primary_key=True, related_name="picture")
    key = models.CharField(max_length=32, unique=True, help_text="128 random bits in hex.")
    alt = models.CharField(
        "alternative text",
        max_length=ALT_LENGTH,
        validators=[check_visible, check_line],
        help_text="What it shows, for people who can't see it.",
    )
    widths = ArrayField(models.PositiveIntegerField(), help_text="Of the renderings, in pixels, from the smallest.")
    height = models.PositiveIntegerField(help_text="Of the largest rendering, in pixels.")
    uploaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            CheckConstraint(name="picture_key_is_128_bits", condition=Q(key__regex=r"^[0-9a-f]{32}$")),
            CheckConstraint(name="picture_has_alt", condition=Q(alt__regex=r"\S")),
            CheckConstraint(
                name="picture_has_a_size", condition=Q(widths__len__range=(1, 3), height__range=(1, MAX_HEIGHT))
            ),
        ]

    def __str__(self) -> str:
        return self.alt

    @property
    def width(self) -> int:
        """Width of the largest rendering, in pixels."""
        return self.widths[-1]
