"""The API and the pages (granian, any number of processes)."""

import os

from django.core.wsgi import get_wsgi_application

from ticketing.processes.lifeline import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
if "LIFELINE" in os.environ:
    # Granian's workers would outlive a granian that was killed, and go on answering.
    end_with_parent(int(os.environ["LIFELINE"]))

ordinary = get_wsgi_application()

from bookings import express as bookings_express  # noqa: E402  (once Django is set up)
from events import express as events_express  # noqa: E402
from ticketing import staying  # noqa: E402
from ticketing.express import Express  # noqa: E402

staying.tell()
application = Express(ordinary, [*bookings_express.LANES, *events_express.LANES])
