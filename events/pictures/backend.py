"""Where uploaded pictures are stored: in a folder, or in S3 and whatever speaks its language."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

EXAMPLE = "s3://key:secret@bucket?endpoint=https://s3.example.com&region=eu-central-1&prefix=tickets"
CONNECT_SECONDS, READ_SECONDS = 2, 5  # by default, 60 each
PARAMETERS = {"endpoint": "endpoint_url", "region": "region_name", "prefix": "location"}


def media_storage(url: str, folder: Path) -> dict[str, Any]:
    """Return the entry of STORAGES for the setting MEDIA_STORAGE; files go to `folder` if that is empty.

    Raises ValueError, which says what the setting must look like.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    parts = urlsplit(url)
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.hostname or parts.path.strip("/") or parameters.keys() - PARAMETERS:
        raise ValueError(f"MEDIA_STORAGE must look like {EXAMPLE}. Only the bucket is required.")
    options = {"bucket_name": parts.hostname} | {PARAMETERS[name]: value for name, value in parameters.items()}
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | _behaviour("endpoint" in parameters)}


def _behaviour(has_own_endpoint: bool) -> dict[str, Any]:
    """Return the options of S3Storage about how it calls the server."""
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 2, "mode": "standard"},
        # Checksums that not every server but Amazon's own understands.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # S3Storage ignores these two among its own options when it gets a `client_config`.
        signature_version="s3v4",
        s3={"addressing_style": "path" if has_own_endpoint else "auto"},
    )
    return {"client_config": config, "transfer_config": TransferConfig(use_threads=False)}
