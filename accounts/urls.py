"""URLs of the accounts pages and endpoints."""

from django.urls import path

from accounts import account_pages, api, pages

urlpatterns = [
    path("login", pages.login, name="login"),
    path("logout", pages.logout, name="logout"),
    path("register", pages.register, name="register"),
    path("verify", pages.verify, name="verify"),
    path("reset", pages.reset, name="reset"),
    path("reset/<str:uid>/<str:token>", pages.reset_confirm, name="reset-confirm"),
    path("account", account_pages.account, name="account"),
    path("account/name", account_pages.change_name, name="account-name"),
    path("account/organizer", account_pages.change_organizer, name="account-organizer"),
    path("account/verify/resend", account_pages.resend, name="account-resend"),
    path("account/email", account_pages.change_email, name="account-email"),
    path("account/email/cancel", account_pages.cancel_email, name="account-email-cancel"),
    path("account/email/confirm", account_pages.confirm_email, name="account-email-confirm"),
    path("account/password", account_pages.change_password, name="account-password"),
    path("account/sign-ins/end", account_pages.end_everywhere, name="account-sign-ins-end"),
    path("account/sign-ins/<str:sign_in_id>/end", account_pages.end_one, name="account-sign-in-end"),
    path("account/delete", account_pages.delete, name="account-delete"),
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
