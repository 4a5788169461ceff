"""The accounts' calls over HTTP: parse, one operation, answer."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.authentication import CookieAuthentication
from accounts.models import User
from accounts.operations.passwords import request_password_reset, reset_password
from accounts.operations.profile import update_user
from accounts.operations.registration import register_user, verify_email
from accounts.operations.sessions import log_in, log_out
from accounts.operations.stream_tickets import STREAM_TICKET_SECONDS, issue_stream_ticket
from accounts.operations.tokens import issue_tokens, refresh_tokens
from accounts.schema import problems
from accounts.serializers import (
    CredentialsInput,
    ProfileInput,
    RefreshInput,
    RegistrationInput,
    ResetInput,
    ResetRequestInput,
    StreamTicketOutput,
    TokensOutput,
    UserOutput,
    VerificationInput,
)


class AnyonesCall(APIView):
    """A call for people who are not signed in: an ended bearer token does no harm, a foreign site is still refused."""

    authentication_classes = (CookieAuthentication,)
    permission_classes = (AllowAny,)


class Me(APIView):
    """The user himself; POST registers a new one."""

    def get_permissions(self) -> Sequence[Any]:
        """Registering is anyone's call."""
        return [AllowAny()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(request=RegistrationInput, responses={201: UserOutput} | problems(400, 401, 403, 409))
    def post(self, request: Request) -> Response:
        """Registers a buyer or a seller and mails a verification link. 409 `email_taken` if the address is registered.

        Nobody can make himself staff or verified: other members of the body are ignored.
        """
        user = register_user(**parsed(RegistrationInput, request))
        return Response(UserOutput(user).data, status.HTTP_201_CREATED)

    @extend_schema(responses={200: UserOutput} | problems(401))
    def get(self, request: Request) -> Response:
        """Who I am."""
        return Response(UserOutput(signed_in(request)).data)

    @extend_schema(request=ProfileInput, responses={200: UserOutput} | problems(400, 401, 403))
    def patch(self, request: Request) -> Response:
        """Changes my name, or my password (with `current_password`), which signs me out everywhere else.

        Other members of the body are ignored: e-mail, role and the rest can't be changed here.
        """
        user = update_user(request=request, user=signed_in(request), **parsed(ProfileInput, request))
        return Response(UserOutput(user).data)


class Login(AnyonesCall):
    """Signing in by cookie."""

    @extend_schema(request=CredentialsInput, responses={200: UserOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Opens a session and sets its cookie (HttpOnly, SameSite=Lax). 401 `invalid_credentials` is the same answer,
        after the same time, for an unknown address, a wrong password and a deactivated account."""
        user = log_in(request=request, **parsed(CredentialsInput, request))
        return Response(UserOutput(user).data)


class Logout(APIView):
    """Signing out."""

    @extend_schema(request=None, responses={204: None} | problems(401, 403))
    def post(self, request: Request) -> Response:
        """Ends this session, and all bearer tokens of the user on all devices."""
        log_out(request=request, user=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Tokens(AnyonesCall):
    """Signing in by bearer token."""

    @extend_schema(request=CredentialsInput, responses={200: TokensOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Gives an access token for 15 minutes and a refresh token. 401 as for the login."""
        pair = issue_tokens(**parsed(CredentialsInput, request))
        return Response(TokensOutput(pair).data)


class TokenRefresh(AnyonesCall):
    """Renewing bearer tokens."""

    @extend_schema(request=RefreshInput, responses={200: TokensOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Gives a new pair. The refresh token works once: using it again ends all tokens that descend from it."""
        pair = refresh_tokens(**parsed(RefreshInput, request))
        return Response(TokensOutput(pair).data)


class Verification(AnyonesCall):
    """Confirming an e-mail address."""

    @extend_schema(request=VerificationInput, responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Marks the address as verified, by the token from the mail; again is fine."""
        verify_email(**parsed(VerificationInput, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordReset(AnyonesCall):
    """A forgotten password."""

    @extend_schema(request=ResetRequestInput, responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Mails a link to the address if it is known; the answer doesn't tell."""
        request_password_reset(**parsed(ResetRequestInput, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetConfirmation(AnyonesCall):
    """A new password in place of a forgotten one."""

    @extend_schema(request=ResetInput, responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Sets the password, by `uid` and `token` from the mail, which work once; ends all sessions and tokens."""
        reset_password(**parsed(ResetInput, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class StreamTickets(APIView):
    """Leave to open a live feed without cookie or header."""

    @extend_schema(request=None, responses={200: StreamTicketOutput} | problems(401, 403))
    def post(self, request: Request) -> Response:
        """Gives a ticket for `?ticket=` on one live feed: works once, for 30 seconds."""
        ticket = issue_stream_ticket(user=signed_in(request))
        return Response(StreamTicketOutput({"ticket": ticket, "expires_in": STREAM_TICKET_SECONDS}).data)


def parsed(shape: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body in this shape; raises the framework's ValidationError."""
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def signed_in(request: Request) -> User:
    """The caller, whom IsAuthenticated has let through."""
    assert isinstance(request.user, User)
    return request.user
