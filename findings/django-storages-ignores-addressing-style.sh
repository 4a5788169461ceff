#!/usr/bin/env bash
# django-storages drops its own option addressing_style as soon as client_config is given, which is how one sets time
# limits; the addresses of stored pictures change with it.
set -euo pipefail

folder=$(mktemp -d)
trap 'cd /; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 120 venv/bin/pip install -q --disable-pip-version-check "django==5.2.19" "django-storages==1.14.6" "boto3==1.44.8"

timeout 60 venv/bin/python - <<'E'
import sys
from importlib.metadata import version
from urllib.parse import urlsplit

from botocore.config import Config
from django.conf import settings

settings.configure()

from storages.backends.s3 import S3Storage

OPTIONS = {
    "bucket_name": "posters",
    "endpoint_url": "https://s3.example.com",
    "region_name": "eu-central-1",
    "access_key": "key",
    "secret_key": "secret",
    "addressing_style": "virtual",
}


def address(**options) -> str:
    """Return where a picture is fetched from."""
    url = urlsplit(S3Storage(**OPTIONS, **options).url("hall.webp"))
    return url.netloc + url.path


print("version:", ", ".join(f"{name} {version(name)}" for name in ("django", "django-storages", "boto3")))
print("believed: client_config adds time limits to the other options")
print("happens: with it, addressing_style is not used, without a word")
seen = {
    "without client_config": address(),
    "with client_config of a time limit": address(client_config=Config(connect_timeout=2, read_timeout=5)),
    "with the style in client_config": address(
        client_config=Config(connect_timeout=2, read_timeout=5, s3={"addressing_style": "virtual"})
    ),
}
for case, where in seen.items():
    print(f"{case}: {where}")
expected = ["posters.s3.example.com/hall.webp", "s3.example.com/posters/hall.webp", "posters.s3.example.com/hall.webp"]
sys.exit(0 if list(seen.values()) == expected else f"This behaviour has changed: {seen}")
E
