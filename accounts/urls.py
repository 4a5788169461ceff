"""URLs of the accounts pages and endpoints."""

from django.urls import path

from accounts import api, pages

urlpatterns = [
    path("login", pages.login, name="login"),
    path("logout", pages.logout, name="logout"),
    path("register", pages.register, name="register"),
    path("verify", pages.verify, name="verify"),
    path("reset", pages.reset, name="reset"),
    path("reset/<str:uid>/<str:token>", pages.reset_confirm, name="reset-confirm"),
    path("api/user", api.Me.as_view()),
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
