#!/usr/bin/env bash
# Django REST framework reads the whole body before it calls a parser that is derived from JSONParser, so such a parser
# can't have a limit of its own; a parser derived from BaseParser gets the stream.
set -euo pipefail

folder=$(mktemp -d)
trap 'cd /; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check "django==5.2.19" "djangorestframework==3.18.3"

timeout 60 venv/bin/python - <<'E'
import json
import sys
from importlib.metadata import version

from django.conf import settings

settings.configure(
    SECRET_KEY="none",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["testserver"],
    REST_FRAMEWORK={
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
)

import django

django.setup()

from django.test import Client
from django.urls import path
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.response import Response
from rest_framework.views import APIView

MEGABYTE = 1024 * 1024
calls = []


def read(stream):
    """What a parser with a limit of four megabytes does."""
    calls.append(type(stream).__name__)
    return json.loads(stream.read(4 * MEGABYTE))


class Derived(JSONParser):
    def parse(self, stream, media_type=None, parser_context=None):
        return read(stream)


class Own(BaseParser):
    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        return read(stream)


class Plans(APIView):
    authentication_classes = permission_classes = ()

    def post(self, request):
        return Response({"seats": len(request.data["seats"])})


urlpatterns = [
    path("derived", Plans.as_view(parser_classes=[Derived])),
    path("own", Plans.as_view(parser_classes=[Own])),
]


def post(address: str, seats: int) -> tuple[int, list[str]]:
    calls.clear()
    body = json.dumps({"seats": ["A-1"] * seats})
    answer = Client(raise_request_exception=False).post(address, body, content_type="application/json")
    return answer.status_code, list(calls)


print("version: django", version("django"), "· djangorestframework", version("djangorestframework"))
print("believed: a parser gets the stream of the request, so it decides how much of it is read")
print("happens: for subclasses of JSONParser the body is read before, up to Django's limit for forms (2.5 MB)")
small, large = 1_000, 400_000  # the second is 2.8 MB
seen = {(address, seats): post(f"/{address}", seats) for address in ("derived", "own") for seats in (small, large)}
for (address, seats), (status, streams) in seen.items():
    print(f"{address}: {seats:,} seats: {status}, the parser was called with {streams or 'nothing: it was not called'}")
expected = {
    ("derived", small): (200, ["BytesIO"]),
    ("derived", large): (400, []),
    ("own", small): (200, ["WSGIRequest"]),
    ("own", large): (200, ["WSGIRequest"]),
}
sys.exit(0 if seen == expected else f"This behaviour has changed: {seen}")
E
