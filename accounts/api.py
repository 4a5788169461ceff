"""The HTTP endpoints of accounts; each parses the request, calls one operation and returns the result."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import CookieAuthentication, authenticated_user, token_family_of
from accounts.devices import device_name
from accounts.operations.deletion import delete_account
from accounts.operations.email_change import cancel_email_change, confirm_email_change, request_email_change
from accounts.operations.passwords import request_password_reset, reset_password
from accounts.operations.profile import update_user
from accounts.operations.registration import register_user, resend_verification, verify_email
from accounts.operations.sessions import log_in, log_out
from accounts.operations.sign_in_list import end_all_sign_ins, end_sign_in, list_sign_ins
from accounts.operations.stream_tickets import STREAM_TICKET_SECONDS, issue_stream_ticket
from accounts.operations.tokens import issue_tokens, refresh_tokens
from accounts.serializers import (
    AccountInUseProblem,
    CredentialsInput,
    DeletionInput,
    EmailChangeInput,
    EmailOutput,
    ProfileInput,
    RefreshInput,
    RegistrationInput,
    ResetInput,
    ResetRequestInput,
    SignInOutput,
    StreamTicketOutput,
    TokensOutput,
    UserOutput,
    VerificationInput,
    email_body,
)
from core.http.views import ApiView
from core.openapi import problems

ACCOUNT_IN_USE: dict[tuple[int, str], OpenApiResponse] = {
    (409, "application/problem+json"): OpenApiResponse(AccountInUseProblem)
}


class PublicView(ApiView):
    """Base class of endpoints that need no sign-in.

    It ignores bearer tokens, so an expired one does no harm. It still refuses requests from other sites.
    """

    authentication_classes = (CookieAuthentication,)
    permission_classes = (AllowAny,)


class Me(ApiView):
    """The signed-in user; POST registers a new one."""

    bodies = {"POST": RegistrationInput, "PATCH": ProfileInput, "DELETE": DeletionInput}

    def get_permissions(self) -> Sequence[Any]:
        """Allow everybody to register (POST); the other methods need a signed-in user."""
        return [AllowAny()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(responses={201: UserOutput} | problems(400, 401, 403, 409))
    def post(self, request: Request) -> Response:
        """Registers a buyer or a seller and sends a verification email.

        Returns 409 `email_taken` if the address is registered. Nobody can make themselves staff or verified.
        """
        user = register_user(**self.body)
        return Response(UserOutput(user).data, status.HTTP_201_CREATED)

    @extend_schema(responses={200: UserOutput} | problems(401))
    def get(self, request: Request) -> Response:
        """Returns the signed-in user."""
        return Response(UserOutput(authenticated_user(request)).data)

    @extend_schema(responses={200: UserOutput} | problems(400, 401, 403))
    def patch(self, request: Request) -> Response:
        """Changes the user's name, password or, for sellers, what buyers see as the organizer.

        A new password needs `current_password` and signs the user out everywhere else. Role and rights can't be
        changed; the email address is changed with POST /api/user/email.
        """
        user = update_user(request=request, user=authenticated_user(request), **self.body)
        return Response(UserOutput(user).data)

    @extend_schema(responses={204: None} | problems(401, 403) | ACCOUNT_IN_USE)
    def delete(self, request: Request) -> Response:
        """Deletes the account: name, address and password are overwritten, and all sign-ins end.

        Bookings and events stay in the books. Returns 409 `account_in_use` with `obstacles` while tickets of the user
        are valid for an event to come, or events of theirs are to come. It can't be undone.
        """
        delete_account(user=authenticated_user(request), **self.body)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EmailAddress(ApiView):
    """The user's email address, and the change to another one."""

    bodies = {"POST": EmailChangeInput}

    @extend_schema(responses={200: EmailOutput} | problems(401))
    def get(self, request: Request) -> Response:
        """Returns the address, and the one that waits for its confirmation."""
        return Response(email_body(authenticated_user(request)))

    @extend_schema(responses={202: EmailOutput} | problems(401, 403, 409))
    def post(self, request: Request) -> Response:
        """Sends a link to a new address, and a notice to the present one.

        The present address stays until the link is opened; asking again replaces the request. A new password drops it.
        Returns 409 `email_taken` if another account has the address.
        """
        user = authenticated_user(request)
        user.pending_email = request_email_change(user=user, **self.body)
        return Response(email_body(user), status.HTTP_202_ACCEPTED)

    @extend_schema(responses={204: None} | problems(401, 403))
    def delete(self, request: Request) -> Response:
        """Drops the change: the link that was sent to the new address no longer works."""
        cancel_email_change(user=authenticated_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EmailConfirmation(PublicView):
    """Confirmation of a new email address."""

    bodies = {"POST": VerificationInput}

    @extend_schema(responses={204: None} | problems(403, 409))
    def post(self, request: Request) -> Response:
        """Replaces the address, with the token from the email, and tells the former one. Repeating has no effect."""
        confirm_email_change(**self.body)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignIns(ApiView):
    """Where the user is signed in."""

    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="sign_in_list", responses={200: SignInOutput(many=True)} | problems(401))
    def get(self, request: Request) -> Response:
        """Lists sessions of browsers and sign-ins of programs that are valid, newest first."""
        sign_ins = list_sign_ins(
            user=authenticated_user(request),
            session_key=request.session.session_key,
            token_family_id=token_family_of(request),
        )
        return Response([one._asdict() for one in sign_ins], headers={"Cache-Control": "private, no-store"})

    @extend_schema(operation_id="sign_in_end_all", responses={204: None} | problems(401, 403))
    def delete(self, request: Request) -> Response:
        """Signs the user out everywhere, also here: all sessions, bearer tokens and stream tickets end."""
        end_all_sign_ins(user=authenticated_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignIn(ApiView):
    """One sign-in of the user."""

    @extend_schema(operation_id="sign_in_end", responses={204: None} | problems(401, 403, 404))
    def delete(self, request: Request, sign_in_id: str) -> Response:
        """Signs the user out there."""
        end_sign_in(user=authenticated_user(request), sign_in_id=sign_in_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Login(PublicView):
    """Sign-in with a session cookie."""

    bodies = {"POST": CredentialsInput}

    @extend_schema(responses={200: UserOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Opens a session and sets its cookie (HttpOnly, SameSite=Lax).

        Returns 401 `invalid_credentials` for an unknown address, a wrong password and a deactivated account: the
        response is the same in all three cases, and takes the same time.
        """
        user = log_in(request=request, **self.body)
        return Response(UserOutput(user).data)


class Logout(ApiView):
    """Sign-out."""

    @extend_schema(responses={204: None} | problems(401, 403))
    def post(self, request: Request) -> Response:
        """Ends this session and all bearer tokens of the user on all devices."""
        log_out(request=request, user=authenticated_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Tokens(PublicView):
    """Sign-in with bearer tokens."""

    bodies = {"POST": CredentialsInput}

    @extend_schema(responses={200: TokensOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Returns an access token, valid for 15 minutes, and a refresh token. Fails with 401 as the login does."""
        pair = issue_tokens(**self.body, device=device_name(request.headers.get("User-Agent", "")))
        return Response(TokensOutput(pair).data)


class TokenRefresh(PublicView):
    """Renewal of bearer tokens."""

    bodies = {"POST": RefreshInput}

    @extend_schema(responses={200: TokensOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Returns a new pair of tokens.

        A refresh token works once. Using it again ends the whole token family: all tokens that came from the same
        sign-in.
        """
        pair = refresh_tokens(**self.body)
        return Response(TokensOutput(pair).data)


class Verification(PublicView):
    """Confirmation of an email address."""

    bodies = {"POST": VerificationInput}

    @extend_schema(responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Marks the address as verified, with the token from the email. Repeating it has no further effect."""
        verify_email(**self.body)
        return Response(status=status.HTTP_204_NO_CONTENT)


class VerificationEmail(ApiView):
    """Another email with the link that confirms the user's address."""

    @extend_schema(responses={204: None} | problems(401, 403, 429))
    def post(self, request: Request) -> Response:
        """Sends the verification email again, unless the address is confirmed."""
        resend_verification(user=authenticated_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordReset(PublicView):
    """The request for a link to set a new password."""

    bodies = {"POST": ResetRequestInput}

    @extend_schema(responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Sends a link to the address if a user has it. The response is the same if nobody has."""
        request_password_reset(**self.body)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetConfirmation(PublicView):
    """A new password in place of a forgotten one."""

    bodies = {"POST": ResetInput}

    @extend_schema(responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Sets the password with `uid` and `token` from the email.

        They work once. Ends all sessions and tokens of the user.
        """
        reset_password(**self.body)
        return Response(status=status.HTTP_204_NO_CONTENT)


class StreamTickets(ApiView):
    """Tickets that open a live feed without a cookie or an Authorization header."""

    @extend_schema(responses={200: StreamTicketOutput} | problems(401, 403))
    def post(self, request: Request) -> Response:
        """Returns a stream ticket for `?ticket=` of one live feed. It works once, within 30 seconds."""
        ticket = issue_stream_ticket(user=authenticated_user(request))
        return Response(StreamTicketOutput({"ticket": ticket, "expires_in": STREAM_TICKET_SECONDS}).data)
