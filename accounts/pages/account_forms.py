"""The forms of the account page. They validate; operations check the rules and write."""

from django import forms

from accounts.models import User, ascii_email


class PasswordInput(forms.CharField):
    """A password as typed, spaces included; `autocomplete` says which one a browser may fill in."""

    def __init__(self, *, label: str, autocomplete: str = "current-password", help_text: str = "") -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(label=label, max_length=128, strip=False, widget=widget, help_text=help_text)


class NameForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The user's name."""

    class Meta:
        model = User
        fields = ("name",)
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
        help_texts = {"name": "It is printed on the tickets that you buy from now on."}


class OrganizerForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What buyers see of a seller."""

    class Meta:
        model = User
        fields = ("organizer_name", "contact_email")
        labels = {"organizer_name": "Organiser", "contact_email": "Address for buyers’ questions"}
        help_texts = {
            "organizer_name": "The name on your events and in emails about them. If it is empty, your own name is.",
            "contact_email": "It is on the pages of your events. If it is empty, answers to emails go to the address "
            "that you log in with, and the pages show none.",
        }


class EmailForm(forms.Form):
    """A new email address, and the password."""

    email = forms.EmailField(label="New email address", max_length=254, validators=[ascii_email])
    current_password = PasswordInput(label="Your password")


class PasswordForm(forms.Form):
    """A new password, and the present one."""

    current_password = PasswordInput(label="Present password")
    password = PasswordInput(
        label="New password",
        autocomplete="new-password",
        help_text="At least 8 characters. A few words in a row are easy to remember and hard to guess.",
    )


class DeletionForm(forms.Form):
    """The password, as proof that the owner of the account asks."""

    current_password = PasswordInput(label="Your password")
