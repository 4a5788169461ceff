"""The HTTP endpoints of accounts; each parses the request, calls one operation and returns the result."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.authentication import CookieAuthentication, authenticated_user
from accounts.operations.passwords import request_password_reset, reset_password
from accounts.operations.profile import update_user
from accounts.operations.registration import register_user, resend_verification, verify_email
from accounts.operations.sessions import log_in, log_out
from accounts.operations.stream_tickets import STREAM_TICKET_SECONDS, issue_stream_ticket
from accounts.operations.tokens import issue_tokens, refresh_tokens
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
from core.openapi import problems


class PublicAPIView(APIView):
    """Base class of endpoints that need no sign-in.

    It ignores bearer tokens, so an expired one does no harm. It still refuses requests from other sites.
    """

    authentication_classes = (CookieAuthentication,)
    permission_classes = (AllowAny,)


class Me(APIView):
    """The signed-in user; POST registers a new one."""

    def get_permissions(self) -> Sequence[Any]:
        """Allow everybody to register (POST); the other methods need a signed-in user."""
        return [AllowAny()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(request=RegistrationInput, responses={201: UserOutput} | problems(400, 401, 403, 409))
    def post(self, request: Request) -> Response:
        """Registers a buyer or a seller and sends a verification email.

        Returns 409 `email_taken` if the address is registered. Other members of the body are ignored, so nobody can
        make themselves staff or verified.
        """
        user = register_user(**parsed(RegistrationInput, request))
        return Response(UserOutput(user).data, status.HTTP_201_CREATED)

    @extend_schema(responses={200: UserOutput} | problems(401))
    def get(self, request: Request) -> Response:
        """Returns the signed-in user."""
        return Response(UserOutput(authenticated_user(request)).data)

    @extend_schema(request=ProfileInput, responses={200: UserOutput} | problems(400, 401, 403))
    def patch(self, request: Request) -> Response:
        """Changes the user's name, password or, for sellers, what buyers see as the organizer.

        A new password needs `current_password` and signs the user out everywhere else. Other members of the body are
        ignored: email, role and the rest can't be changed here.
        """
        user = update_user(request=request, user=authenticated_user(request), **parsed(ProfileInput, request))
        return Response(UserOutput(user).data)


class Login(PublicAPIView):
    """Sign-in with a session cookie."""

    @extend_schema(request=CredentialsInput, responses={200: UserOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Opens a session and sets its cookie (HttpOnly, SameSite=Lax).

        Returns 401 `invalid_credentials` for an unknown address, a wrong password and a deactivated account: the
        response is the same in all three cases, and takes the same time.
        """
        user = log_in(request=request, **parsed(CredentialsInput, request))
        return Response(UserOutput(user).data)


class Logout(APIView):
    """Sign-out."""

    @extend_schema(request=None, responses={204: None} | problems(401, 403))
    def post(self, request: Request) -> Response:
        """Ends this session and all bearer tokens of the user on all devices."""
        log_out(request=request, user=authenticated_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Tokens(PublicAPIView):
    """Sign-in with bearer tokens."""

    @extend_schema(request=CredentialsInput, responses={200: TokensOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Returns an access token, valid for 15 minutes, and a refresh token. Fails with 401 as the login does."""
        pair = issue_tokens(**parsed(CredentialsInput, request))
        return Response(TokensOutput(pair).data)


class TokenRefresh(PublicAPIView):
    """Renewal of bearer tokens."""

    @extend_schema(request=RefreshInput, responses={200: TokensOutput} | problems(400, 401, 403))
    def post(self, request: Request) -> Response:
        """Returns a new pair of tokens.

        A refresh token works once. Using it again ends the whole token family: all tokens that came from the same
        sign-in.
        """
        pair = refresh_tokens(**parsed(RefreshInput, request))
        return Response(TokensOutput(pair).data)


class Verification(PublicAPIView):
    """Confirmation of an email address."""

    @extend_schema(request=VerificationInput, responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Marks the address as verified, with the token from the email. Repeating it has no further effect."""
        verify_email(**parsed(VerificationInput, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VerificationEmail(APIView):
    """Another email with the link that confirms the user's address."""

    @extend_schema(request=None, responses={204: None} | problems(401, 403, 429))
    def post(self, request: Request) -> Response:
        """Sends the verification email again, unless the address is confirmed."""
        resend_verification(user=authenticated_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordReset(PublicAPIView):
    """The request for a link to set a new password."""

    @extend_schema(request=ResetRequestInput, responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Sends a link to the address if a user has it. The response is the same if nobody has."""
        request_password_reset(**parsed(ResetRequestInput, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetConfirmation(PublicAPIView):
    """A new password in place of a forgotten one."""

    @extend_schema(request=ResetInput, responses={204: None} | problems(400, 403))
    def post(self, request: Request) -> Response:
        """Sets the password with `uid` and `token` from the email.

        They work once. Ends all sessions and tokens of the user.
        """
        reset_password(**parsed(ResetInput, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class StreamTickets(APIView):
    """Tickets that open a live feed without a cookie or an Authorization header."""

    @extend_schema(request=None, responses={200: StreamTicketOutput} | problems(401, 403))
    def post(self, request: Request) -> Response:
        """Returns a stream ticket for `?ticket=` of one live feed. It works once, within 30 seconds."""
        ticket = issue_stream_ticket(user=authenticated_user(request))
        return Response(StreamTicketOutput({"ticket": ticket, "expires_in": STREAM_TICKET_SECONDS}).data)


def parsed(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated body of the request; raises the framework's ValidationError."""
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)
