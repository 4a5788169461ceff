"""Words of the lists in plain English, in place of Django's "Action: Go"."""

from django import forms
from django.contrib.admin.helpers import ActionForm

NO_ACTION = [("", "Choose what to do …")]


class WhatToDo(ActionForm):
    """The form above a list that asks what to do with the selected rows."""

    action = forms.ChoiceField(label="With the selected:")
