"""Sessions move to a table that knows their user, and everybody stays signed in."""

from importlib import import_module

from django.apps import apps
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import Session, User


def test_sessions_of_the_former_table_stay_valid(browser: APIClient, alice: User) -> None:
    key = browser.cookies["sessionid"].value
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE django_session AS SELECT * FROM accounts_session")
        cursor.execute("INSERT INTO django_session SELECT 'broken', 'nonsense', expire_date FROM accounts_session")
    Session.objects.all().delete()
    assert browser.get("/api/user").status_code == 401
    migration = import_module("accounts.migrations.0004_account_page")
    browser.cookies["sessionid"] = key  # the refusal has removed it
    with connection.schema_editor() as editor:
        migration.copy_sessions(apps, editor)
        migration.copy_sessions(apps, editor)  # nothing is left to copy
    assert browser.get("/api/user").json()["email"] == alice.email
    assert Session.objects.get(pk=key).user == alice
    assert "django_session" not in connection.introspection.table_names()
