"""Serializers of pictures. Those of bodies validate and never write."""

from typing import Any

from rest_framework import serializers

from core.http.bodies import Body
from core.http.texts import Line
from events.picture_models import ALT_LENGTH
from events.pictures.limits import FORMATS, MAX_BYTES, MAX_PIXELS, MIN_SIDE

ALT = "What it shows, for people who can't see it."


class PictureUpload(Body):
    """A picture as a form with a file (multipart/form-data)."""

    picture = serializers.FileField(
        help_text=f"{FORMATS}, up to {MAX_BYTES // 1024**2} MB and {MAX_PIXELS // 1_000_000} million pixels, each side"
        f" at least {MIN_SIDE} pixels. What counts is the content, not the file's name or type.",
        error_messages={"empty": "This file is empty."},
    )
    alt = Line(max_length=ALT_LENGTH, help_text=ALT)


class PictureChange(Body):
    """A new alternative text."""

    alt = Line(max_length=ALT_LENGTH, help_text=ALT)


class PictureSource(serializers.Serializer[Any]):
    """A WebP rendering for pages: its path, and its width in pixels."""

    url = serializers.CharField()
    width = serializers.IntegerField()


class PictureBody(serializers.Serializer[Any]):
    """The picture of an event. `width` and `height`, in pixels, are those of the last and largest of `sources`.

    Paths are new with every upload, and files never change.
    """

    alt = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    sources = PictureSource(many=True)
    share = serializers.CharField(help_text="Path of a JPEG of 1,200 × 630 pixels, for share cards.")
