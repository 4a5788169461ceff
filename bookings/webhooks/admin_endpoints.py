"""Webhook endpoints in the admin: add, change, test and remove them, and replace their secret."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from bookings.states import WANTED_KINDS, DeliveryKind
from bookings.webhooks.addresses import check_url
from bookings.webhooks.endpoints import (
    add_endpoint,
    change_endpoint,
    remove_endpoint,
    roll_secret,
    send_test,
)
from bookings.webhooks.models import Endpoint
from core.errors import BadInput
from core.text.times import time_text
from events.seller_admin.action_pages import ActionPages
from events.seller_admin.actions import AdminAction, by_name
from events.seller_admin.rows import WrittenRows, user_of


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The fields of an endpoint that a seller may set."""

    url = forms.CharField(
        label="Address",
        widget=AdminTextInputWidget,
        help_text="We send signed JSON messages to this URL by POST. Use https://, except for tests.",
    )
    kinds = forms.MultipleChoiceField(
        label="Events",
        choices=[(kind.value, f"{kind.label} ({kind.value})") for kind in WANTED_KINDS],
        initial=[kind.value for kind in WANTED_KINDS],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Endpoint
        fields = ("url", "kinds", "is_active")

    def clean_url(self) -> str:
        """Return the URL. Raises ValidationError if it was changed to one that `check_url` refuses."""
        url = str(self.cleaned_data["url"])
        try:
            if "url" in self.changed_data:
                check_url(url)
        except BadInput as error:
            raise ValidationError(error.extra["errors"][0]["detail"]) from None
        return url


@admin.register(Endpoint)
class Endpoints(ActionPages, WrittenRows):
    """Add, change, test and remove endpoints."""

    seller_lookup = "seller"
    form = EndpointForm
    list_display = ("url", "subscriptions", "state", "created_at")
    list_select_related = ("seller",)
    search_fields = ("url",)
    readonly_fields = ("state", "signing_secret", "deliveries", "created_at")
    row_actions = by_name(
        AdminAction(
            name="test",
            label="Send a test",
            act=lambda endpoint, user: send_test(endpoint_id=endpoint.pk, by=user),
            done="A test message is on its way. Look at the deliveries in a few seconds.",
        ),
        AdminAction(
            name="roll",
            label="New secret",
            act=lambda endpoint, user: roll_secret(endpoint_id=endpoint.pk, by=user),
            explanation="The new secret is valid at once. Your server has 24 hours to switch to it.",
            done="The new secret is valid. For 24 hours, messages are also signed with the former one.",
        ),
        AdminAction(
            name="remove",
            label="Remove",
            act=lambda endpoint, user: remove_endpoint(endpoint_id=endpoint.pk, by=user),
            explanation="Removes the endpoint with all its deliveries. Deliveries that are still waiting are not sent.",
            done="Removed, with its deliveries.",
            final=True,
        ),
    )

    class Media:
        css = {"all": ("bookings/webhooks.css",)}

    # --- Permissions -------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        """Allow operators to view everything, and sellers to view the list and their own endpoints."""
        own = obj is None or request.user.is_superuser or obj.seller_id == request.user.pk
        return self.has_module_permission(request) and own

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow sellers and operators to add endpoints."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Endpoint | None = None) -> bool:
        """Allow everyone who may view the endpoint."""
        return self.has_view_permission(request, obj)

    # --- List and form -----------------------------------------------------------------------------

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the columns of the list; operators also see the seller."""
        return (*self.list_display, "seller") if request.user.is_superuser else self.list_display

    def get_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> tuple[str, ...]:
        """Return the fields of the form; operators also see the seller, and choose them when they add an endpoint."""
        seller = ("seller",) if request.user.is_superuser else ()
        return (*seller, "url", "kinds", "is_active", *(self.readonly_fields if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> tuple[str, ...]:
        """Return the fields that can't be changed, with the seller; none while the endpoint is being added."""
        return (*self.readonly_fields, "seller") if obj else ()

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only active sellers."""
        if db_field.name == "seller":
            kwargs["queryset"] = User.objects.filter(role=User.Role.SELLER, is_active=True).order_by("email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Ignore initial values in the URL."""
        return {}

    @admin.display(description="Events")
    def subscriptions(self, endpoint: Endpoint) -> str:
        """The labels of the subscribed kinds."""
        return ", ".join(str(DeliveryKind(kind).label) for kind in endpoint.kinds)

    @admin.display(description="State")
    def state(self, endpoint: Endpoint) -> str:
        """Whether the endpoint is on, and whether deliveries to it fail; or why it was switched off."""
        if not endpoint.is_active:
            return f"Off. {endpoint.off_because}".strip()
        if endpoint.failing_since:
            return f"Failing since {time_text(endpoint.failing_since)}; deliveries are retried"
        return "On"

    @admin.display(description="Secret")
    def signing_secret(self, endpoint: Endpoint) -> SafeString:
        """The secret with which the receiver verifies signatures."""
        secret = format_html('<code class="webhook-text">{}</code>', endpoint.secret)
        if endpoint.former_until is None or endpoint.former_until <= timezone.now():
            return secret
        until = time_text(endpoint.former_until)
        return format_html("{} The former one is also valid until {}.", secret, until)

    @admin.display(description="Deliveries")
    def deliveries(self, endpoint: Endpoint) -> SafeString:
        """A link to the deliveries."""
        address = f"{reverse('admin:bookings_delivery_changelist')}?endpoint={endpoint.pk}"
        return format_html('<a href="{}">Deliveries to this endpoint</a>', address)

    # --- Changes, one operation each ---------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Endpoint, form: EndpointForm, change: bool) -> None:
        """Add or change the endpoint through the operations; `obj` itself is never saved."""
        user, fields = user_of(request), {name: form.cleaned_data[name] for name in EndpointForm.Meta.fields}
        if change:
            change_endpoint(endpoint_id=obj.pk, by=user, **fields)
        else:
            obj.seller = form.cleaned_data.get("seller", user)  # so that the success message links to its page
            obj.pk = add_endpoint(seller=obj.seller, **fields).pk

    def response_post_save_add(self, request: HttpRequest, obj: Endpoint) -> HttpResponseRedirect:
        """Redirect to the endpoint's page, which shows the secret."""
        return HttpResponseRedirect(reverse("admin:bookings_endpoint_change", args=[quote(obj.pk)]))
