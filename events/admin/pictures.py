"""The page with the picture of an event: upload, replace, describe and remove it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods

from core.errors import BadInput, NotFound
from core.text.lines import check_line
from core.text.visible import check_visible
from events.admin.action_pages import EventActionPages
from events.models import Event
from events.picture_models import ALT_LENGTH
from events.pictures.limits import FORMATS, MAX_BYTES, MIN_SIDE
from events.pictures.shown import picture_of, shown_picture
from events.pictures.write import describe_picture, remove_picture, set_picture
from events.seller_admin.rows import user_of

FILE_HELP = (
    f"{FORMATS}, up to {MAX_BYTES // 1024**2} MB, each side at least {MIN_SIDE} pixels. Other data in the file, such as"
    " where a photo was taken, are removed."
)
ALT_HELP = (
    "What it shows, in a sentence, for people who can't see it. Repeat the text on a poster if it isn't on the page."
)


class PictureForm(forms.Form):
    """A file, which an event with a picture need not bring, and the text instead of it."""

    required_css_class = "required"

    picture = forms.FileField(
        help_text=FILE_HELP, widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"})
    )
    alt = forms.CharField(
        label="Alternative text",
        max_length=ALT_LENGTH,
        validators=[check_visible, check_line],
        help_text=ALT_HELP,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, event: Event, data: Any = None, files: Any = None) -> None:
        picture = picture_of(event)
        super().__init__(data, files, initial={"alt": picture.alt if picture else ""})
        if picture is not None:
            self.fields["picture"].label = "Another picture"
            self.fields["picture"].required = False


class PicturePages(EventActionPages):
    """The page of an event's picture, whatever the event's status."""

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the page with an event's picture."""
        view = self.admin_site.admin_view(self.picture_page)
        return [path("<path:object_id>/picture/", view, name="events_event_picture"), *super().get_urls()]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def picture_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the picture with a form; a POST saves the form or, with `do=remove`, removes the picture."""
        event = self.own_event(request, object_id)
        if request.method != "POST":
            return self._show_picture(request, event, PictureForm(event))
        if request.POST.get("do") == "remove":
            return self._remove(request, event)
        form = PictureForm(event, request.POST, request.FILES)
        if form.is_valid() and self._save(request, event, form):
            return HttpResponseRedirect(picture_url(event))
        return self._show_picture(request, event, form)

    def _save(self, request: HttpRequest, event: Event, form: PictureForm) -> bool:
        """Run the operation; return whether it was accepted. A refusal is an error of the form."""
        user, file, alt = user_of(request), form.cleaned_data["picture"], form.cleaned_data["alt"]
        try:
            if file is not None:
                set_picture(event_id=event.pk, seller=user, data=file.read(), alt=alt)
            else:
                describe_picture(event_id=event.pk, seller=user, alt=alt)
        except BadInput as refusal:
            for problem in refusal.extra["errors"]:
                form.add_error(problem["field"], problem["detail"])
            return False
        except NotFound:  # it was removed in another window
            form.add_error("picture", "Choose a picture: this event has none any more.")
            return False
        done = "Uploaded a picture" if file is not None else "Changed the text of the picture"
        self.log_change(request, event, f"{done}: {alt}")
        self.message_user(request, f"{done}.", messages.SUCCESS)
        return True

    def _remove(self, request: HttpRequest, event: Event) -> HttpResponse:
        remove_picture(event_id=event.pk, seller=user_of(request))
        self.log_change(request, event, "Removed the picture.")
        self.message_user(request, "Removed the picture.", messages.SUCCESS)
        return HttpResponseRedirect(picture_url(event))

    def _show_picture(self, request: HttpRequest, event: Event, form: PictureForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Picture",
            "subtitle": event.name,
            "opts": self.opts,
            "event": event,
            "picture": shown_picture(event),
            "form": form,
        }
        return TemplateResponse(request, "admin/events/event/picture.html", context)


def picture_url(event: Event) -> str:
    """Return the URL of the page with the event's picture."""
    return reverse("admin:events_event_picture", args=[quote(event.pk)])
