"""What pages and clients get of an event's picture: addresses and sizes of its files."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from events.models import Event
from events.picture_models import EventPicture
from events.pictures.limits import SHARE, SHARE_SIZE
from events.pictures.storage import file_name


@dataclass(frozen=True)
class Source:
    """One rendering for pages: its path, and its width in pixels."""

    url: str
    width: int


@dataclass(frozen=True)
class ShownPicture:
    """A picture as pages show it. `width` and `height`, in pixels, are those of the largest rendering."""

    alt: str
    width: int
    height: int
    sources: list[Source]
    share: str

    share_width, share_height = SHARE_SIZE

    @property
    def src(self) -> str:
        """Path of the largest rendering, for programs that don't choose one themselves."""
        return self.sources[-1].url

    @property
    def srcset(self) -> str:
        """All renderings, as in the attribute of the same name."""
        return ", ".join(f"{source.url} {source.width}w" for source in self.sources)

    @property
    def large_url(self) -> str:
        """Whole address of the largest rendering."""
        return f"{settings.SITE_URL}{self.src}"

    @property
    def share_url(self) -> str:
        """Whole address of the picture on share cards."""
        return f"{settings.SITE_URL}{self.share}"


def picture_of(event: Event) -> EventPicture | None:
    """Return the event's picture, if it has one. Reads it unless the event was loaded with `picture`."""
    picture: EventPicture | None = getattr(event, "picture", None)  # the related object is an attribute if it exists
    return picture


def shown_picture(event: Event) -> ShownPicture | None:
    """Return the picture of an event as pages and clients get it; None if it has none."""
    picture = picture_of(event)
    return None if picture is None else shown(picture)


def shown(picture: EventPicture) -> ShownPicture:
    """Return a picture as pages and clients get it."""
    sources = [Source(_path(picture, f"{width}.webp"), width) for width in picture.widths]
    return ShownPicture(picture.alt, picture.width, picture.height, sources, _path(picture, SHARE))


def _path(picture: EventPicture, last: str) -> str:
    return reverse("picture", args=[file_name(picture.key, last)])
