"""The WSGI application, served by granian: the API and the pages."""

import os

from django.core.wsgi import get_wsgi_application

from ticketing.processes.lifeline import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
if "LIFELINE" in os.environ:
    # Otherwise granian's workers would outlive a killed granian and go on serving requests.
    end_with_parent(int(os.environ["LIFELINE"]))

django_application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402  (once Django is set up)

from ticketing.fast_path.application import FastPath  # noqa: E402
from ticketing.fast_path.routes import routes_of  # noqa: E402
from ticketing.load_shedding import publish_gauges  # noqa: E402

publish_gauges()
application = FastPath(django_application, [*routes_of(get_resolver().url_patterns)])
