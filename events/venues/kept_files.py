"""What was understood of a seller's last uploaded seating plan, kept until it is confirmed.

It may be lost: then the seller chooses the file again. One upload of each user is kept, so their number is bounded.
"""

import hashlib
import json
import zlib
from typing import Any, NamedTuple, cast

from core.redis import client
from events.plans.formats.problems import Problem, Understood

KEPT_SECONDS = 3_600


class KeptFile(NamedTuple):
    """An uploaded file as it was understood, and the venue it was uploaded for. `token` stands for its content."""

    token: str
    venue_id: int
    file_name: str
    understood: Understood


def keep_file(*, user_id: int, venue_id: int, file_name: str, understood: Understood) -> None:
    """Keep an upload instead of the user's last one. Raises RedisUnavailable."""
    content = json.dumps([venue_id, file_name, understood]).encode()
    client().set(_key(user_id), zlib.compress(content, 3), ex=KEPT_SECONDS)


def kept_file(user_id: int) -> KeptFile | None:
    """Return the user's last upload, or None if there is none. Raises RedisUnavailable."""
    kept = cast(bytes | None, client().get(_key(user_id)))
    if kept is None:
        return None
    content = zlib.decompress(kept)
    venue_id, file_name, understood = json.loads(content)
    return KeptFile(hashlib.sha256(content).hexdigest(), venue_id, file_name, _understood(understood))


def forget_file(user_id: int) -> None:
    """Forget the user's last upload. Raises RedisUnavailable."""
    client().delete(_key(user_id))


def _understood(members: list[Any]) -> Understood:
    document, problems, *others = members
    return Understood(document, [Problem(*problem) for problem in problems], *others)


def _key(user_id: int) -> str:
    return f"plan-file:{user_id}"
