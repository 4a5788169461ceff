"""What the account page needs: sessions that know their user, a pending address, and when an account was deleted."""

from datetime import timedelta
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.serializers import JSONSerializer
from django.core import signing
from django.db import migrations, models

FORMER = "django_session"
SALT = "django.contrib.sessions.SessionStore"  # of the session engine


def copy_sessions(apps: Any, schema_editor: Any) -> None:
    """Copy the sessions from Django's own table, so that everybody stays signed in, and drop it."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [FORMER])
        if cursor.fetchone()[0] is None:
            return
        cursor.execute("SELECT session_key, session_data, expire_date FROM django_session WHERE expire_date > now()")
        rows = cursor.fetchall()
    users = set(apps.get_model("accounts", "User").objects.values_list("pk", flat=True))
    model = apps.get_model("accounts", "Session")
    signed_in = ((key, data, until, _user_of(data)) for key, data, until in rows)
    model.objects.bulk_create(
        [
            model(
                session_key=key,
                session_data=data,
                expire_date=until,
                user_id=user,
                signed_in_at=until - timedelta(seconds=settings.SESSION_COOKIE_AGE),
            )
            for key, data, until, user in signed_in
            if user in users
        ],
        batch_size=1_000,
    )
    schema_editor.execute("DROP TABLE django_session")


def _user_of(data: str) -> int | None:
    try:
        return int(signing.loads(data, salt=SALT, serializer=JSONSerializer)[SESSION_KEY])
    except (signing.BadSignature, KeyError, ValueError):
        return None


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_visible_names")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="pending_email",
            field=models.EmailField(
                blank=True,
                db_default="",
                default="",
                help_text="The address that replaces `email` once it is confirmed.",
                max_length=254,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="deleted_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When the person left; name and address are overwritten.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("deleted_at", None), ("is_active", False), _connector="OR"),
                name="user_deleted_is_inactive",
            ),
        ),
        migrations.AddField(
            model_name="tokenfamily",
            name="device",
            field=models.CharField(blank=True, db_default="", default="", help_text="Who signed in.", max_length=60),
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("device", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("signed_in_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
        migrations.RunPython(copy_sessions, migrations.RunPython.noop),
    ]
