#!/usr/bin/env bash
# standardwebhooks, svix: `sign` drops the zone of an aware datetime, so the signature is for another time than the
# header and no receiver accepts the message.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
timeout 90 venv/bin/pip install -q --disable-pip-version-check "standardwebhooks==1.1.0" "svix==2.9.1" "tzdata==2026.6"

timeout 30 venv/bin/python - <<'E'
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from zoneinfo import ZoneInfo

import standardwebhooks
import svix.webhooks

SECRET = "whsec_dGhpcnR5LXR3byBieXRlcyBmb3IgYSB0ZXN0IGtleSE="
BODY = '{"type":"booking.paid","data":{"booking_id":"1"}}'
LIBRARIES = {"standardwebhooks": standardwebhooks.Webhook, "svix": svix.webhooks.Webhook}
ZONES = {"UTC": True, "Europe/Berlin": False, "America/New_York": False, "Asia/Kolkata": False}

print("version:", ", ".join(f"{name} {version(name)}" for name in LIBRARIES))
print("believed: sign(message_id, timestamp, body) with an aware datetime signs that instant, whatever its zone.")
print("happens: the zone is replaced by UTC, not converted. The same instant has a signature per zone, and only the one")
print("         written in UTC is verified by the library's own `verify`.")

now = datetime.now(timezone.utc).replace(microsecond=0)
changed = False
for name, library in LIBRARIES.items():
    webhook = library(SECRET)
    for zone, expected in ZONES.items():
        moment = now.astimezone(ZoneInfo(zone))
        assert moment == now and moment.timestamp() == now.timestamp()
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": webhook.sign("msg_1", moment, BODY),
        }
        try:
            webhook.verify(BODY, headers)
            answer, accepted = "verified", True
        except standardwebhooks.WebhookVerificationError as error:
            answer, accepted = f"{type(error).__name__}: {error}", False
        print(f"{name:16} {moment.isoformat()}  {headers['webhook-signature'][:15]}…  {answer}")
        changed |= accepted is not expected
sys.exit("This behaviour has changed." if changed else 0)
E
