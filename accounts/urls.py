"""URLs of the accounts pages and endpoints."""

from django.urls import path

from accounts import api
from accounts.pages import account, visitors

urlpatterns = [
    path("login", visitors.login, name="login"),
    path("logout", visitors.logout, name="logout"),
    path("register", visitors.register, name="register"),
    path("verify", visitors.verify, name="verify"),
    path("reset", visitors.reset, name="reset"),
    path("reset/<str:uid>/<str:token>", visitors.reset_confirm, name="reset-confirm"),
    path("account", account.account, name="account"),
    path("account/name", account.change_name, name="account-name"),
    path("account/organizer", account.change_organizer, name="account-organizer"),
    path("account/verify/resend", account.resend, name="account-resend"),
    path("account/email", account.change_email, name="account-email"),
    path("account/email/cancel", account.cancel_email, name="account-email-cancel"),
    path("account/email/confirm", account.confirm_email, name="account-email-confirm"),
    path("account/password", account.change_password, name="account-password"),
    path("account/sign-ins/end", account.end_everywhere, name="account-sign-ins-end"),
    path("account/sign-ins/<str:sign_in_id>/end", account.end_one, name="account-sign-in-end"),
    path("account/delete", account.delete, name="account-delete"),
    path("api/user", api.Me.as_view()),
    path("api/user/email", api.EmailAddress.as_view()),
    path("api/user/email/confirm", api.EmailConfirmation.as_view()),
    path("api/user/sessions", api.SignIns.as_view()),
    path("api/user/sessions/<str:sign_in_id>", api.SignIn.as_view()),
    path("api/user/login", api.Login.as_view()),
    path("api/user/logout", api.Logout.as_view()),
    path("api/user/token", api.Tokens.as_view()),
    path("api/user/token/refresh", api.TokenRefresh.as_view()),
    path("api/user/verify", api.Verification.as_view()),
    path("api/user/verify/resend", api.VerificationEmail.as_view()),
    path("api/user/password/reset", api.PasswordReset.as_view()),
    path("api/user/password/reset/confirm", api.PasswordResetConfirmation.as_view()),
    path("api/user/stream-ticket", api.StreamTickets.as_view()),
]
