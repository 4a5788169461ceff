"""WSGI applications that `benchmarks.one_way` compares with the product's own: the same views without the fast path."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()  # all requests go through Django's middleware and the REST framework

if os.environ.get("ONE_WAY_STATEMENTS") == "orm":
    from benchmarks.baselines.one_way_orm import use_the_specification

    use_the_specification()
