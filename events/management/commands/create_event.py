"""Creates an event from a JSON file: `manage.py create_event --config FILE`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.exceptions import ValidationError

from accounts.models import User
from core.errors import BadInput
from events.catalog.serializers import NewEvent
from events.lifecycle.create import create_event


class Command(BaseCommand):
    """Creates an event with all its seats from a JSON file that has the format of POST /api/event."""

    help = "Create an event from a JSON file that has the format of POST /api/event."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--config", required=True, type=Path, metavar="FILE", help="the JSON file")
        parser.add_argument("--seller", default="seller@example.com", metavar="EMAIL", help="whose event it will be")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seller = User.objects.get(email=options["seller"], role=User.Role.SELLER)
            form = NewEvent(data=json.loads(options["config"].read_text()))
            form.is_valid(raise_exception=True)
            fields = dict(form.validated_data)
            draft = fields.pop("status", None) == "draft"
            event = create_event(seller=seller, seating=fields.pop("seating_config"), draft=draft, **fields)
        except User.DoesNotExist:
            raise CommandError(f"There is no seller {options['seller']}.") from None
        except (OSError, ValueError) as error:
            raise CommandError(f"{options['config']}: {error}") from None
        except ValidationError as error:
            raise CommandError(json.dumps(error.detail, default=str, indent=2)) from None
        except BadInput as error:
            raise CommandError(json.dumps(error.extra["errors"], indent=2)) from None
        self.stdout.write(f"Event {event.pk} “{event.name}” with all its seats: /api/event/{event.pk}")
