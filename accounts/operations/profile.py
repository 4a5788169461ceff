"""Changes that users make to their own account."""

from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User
from accounts.operations.credentials import check_password, check_strength, replace_password
from core.errors import BadInput
from core.transactions import retrying_transaction


def update_user(
    *,
    request: HttpRequest,
    user: User,
    name: str | None = None,
    organizer_name: str | None = None,
    contact_email: str | None = None,
    password: str | None = None,
    current_password: str = "",
) -> User:
    """Change name, public contact and password; None leaves them as they are.

    A new password needs the current one, and ends all sessions and tokens except the session of this request. Raises
    `BadInput` at the field for a wrong or weak password, and for what only sellers have; nothing is changed then.
    """
    new_hash = None if password is None else _new_hash(user, current_password, password)
    texts = {"name": name, "organizer_name": organizer_name, "contact_email": contact_email}
    changed = {field: text for field, text in texts.items() if text is not None}
    _check_role(user, changed)
    _store(user, changed, new_hash)
    if new_hash is not None:
        user.password = new_hash
        _keep_session(request, user)
    return user


def _new_hash(user: User, current_password: str, password: str) -> str:
    check_password(user, current_password)
    check_strength(password, user)
    return make_password(password)


def _check_role(user: User, texts: dict[str, str]) -> None:
    for field in ("organizer_name", "contact_email"):
        if field in texts and user.role != User.Role.SELLER:
            raise BadInput.field(field, "Only sellers have this.")


@retrying_transaction
def _store(user: User, texts: dict[str, str], new_hash: str | None) -> None:
    if new_hash is not None and not replace_password(user, new_hash):
        raise BadInput.field("current_password", "The password has changed in the meantime.")
    for field, text in texts.items():
        setattr(user, field, text)
    if texts:
        user.save(update_fields=list(texts))


def _keep_session(request: HttpRequest, user: User) -> None:
    """Let this request's session survive the new password, but only if the session is this user's.

    A bearer request may carry somebody else's cookie. Called after the commit, because a new session key can't be taken
    back.
    """
    if request.session.get(SESSION_KEY) == str(user.pk):
        update_session_auth_hash(request, user)
