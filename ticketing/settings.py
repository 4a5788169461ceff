"""All settings, in one file, from the environment. `.env` is read too; `.env.example` lists every name.

The defaults are secure. Without DATABASE_URL, this is the embedded demo: it creates its own secret key, serves plain
HTTP on this machine, and uses a Postgres and a Valkey of its own (see ticketing/embedded).
"""

import zoneinfo
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from events.pictures.backend import media_storage
from ticketing import embedded, logs
from ticketing.rates import read_rate

# The rules of time zones come from the package tzdata, which is pinned; the system's may be years old.
zoneinfo.reset_tzpath(to=())

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- Storage ---------------------------------------------------------------------------------------

STATE_DIR = embedded.state_dir()
EMBEDDED_DATABASE = not env.str("DATABASE_URL", "")
EMBEDDED_REDIS = not env.str("REDIS_URL", "")
DATABASE_URL = embedded.database_url() if EMBEDDED_DATABASE else env.str("DATABASE_URL")
REDIS_URL = embedded.redis_url() if EMBEDDED_REDIS else env.str("REDIS_URL")

# --- HTTP and security -----------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
PORT = env.int("PORT", 8000)
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
SITE_NAME = env.str("SITE_NAME", "Ticketing")  # the name of the shop, on pages and in emails
SECRET_KEY = embedded.secret_key() if EMBEDDED_DATABASE and not env.str("SECRET_KEY", "") else env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)  # number of own proxies that append to X-Forwarded-For

# Whether the API refuses to put events of sellers with unconfirmed addresses on sale. The seller admin always does.
CONFIRMED_SELLERS_ONLY = env.bool("CONFIRMED_SELLERS_ONLY", not EMBEDDED_DATABASE)
TERMS_URL, PRIVACY_URL, IMPRINT_URL = (env.str(name, "") for name in ("TERMS_URL", "PRIVACY_URL", "IMPRINT_URL"))
HTTPS = SITE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "core.http.problems.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"  # some URLs contain tokens from emails
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
PERMISSIONS_POLICY = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"  # the camera scans tickets
# Nothing inline and nothing from other sites, also in the admin, the API docs and the browsable API.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, SITE_URL.replace("http", "ws", 1)],  # for old browsers, 'self' doesn't include ws:
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes; a larger body gets a 413
# For each section, of which there may be 1,000, the admin has two price fields: the old price and the new one.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000

# --- Load shedding ---------------------------------------------------------------------------------

WRITES_IN_FLIGHT = env.int("WRITES_IN_FLIGHT", 6)  # at once in a web process; it has two more threads
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # bearer token for /metrics; empty: this machine only

# --- Apps, middleware and templates ----------------------------------------------------------------

INSTALLED_APPS = [
    "realtime",  # before staticfiles: both have a runserver command, and the first wins
    "events.seller_admin.apps.SellerAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "channels",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "accounts",
    "events",
    "bookings",
    "ticketing.fast_path",
]

# Calls on the fast path skip all of them; ticketing/fast_path/middleware_table.py has a line for each.
MIDDLEWARE = [
    "ticketing.middleware.RequestContextMiddleware",
    "ticketing.middleware.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "ticketing.middleware.ApiRequestMiddleware",
    "ticketing.middleware.ErrorPageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "ticketing.middleware.CompressionMiddleware",
    "ticketing.middleware.LoadSheddingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ticketing.middleware.RateLimitMiddleware",
]

ROOT_URLCONF = "ticketing.urls"
APPEND_SLASH = False
WSGI_APPLICATION = "ticketing.wsgi.application"
ASGI_APPLICATION = "ticketing.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [
            BASE_DIR / "ticketing" / "templates",  # before the apps, to replace templates of Django and DRF
            *sorted(BASE_DIR.glob("*/*/templates")),  # of packages inside the apps, such as bookings.checkin
        ],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ticketing.context_processors.legal_links",
            ],
            "builtins": ["core.templatetags.site"],
        },
    }
]

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "ticketing.formats"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "ticketing" / "static"]
STORAGES = {
    "default": media_storage(env.str("MEDIA_STORAGE", ""), STATE_DIR / "media"),  # served by events.pictures.files
    "staticfiles": {"BACKEND": "ticketing.staticfiles.HashedStaticFiles"},
}

# --- Database --------------------------------------------------------------------------------------
# Threads of the WSGI server, of Celery and of the feeds (realtime.database) keep one connection each. The ASGI process
# sets DB_POOL for Django's requests: Django creates threads for each request there, so that a connection for each
# thread would leak.

# In seconds. The pool gives up soon on a connection that can't be made, and tries a new one. If it retried for longer
# (psycopg_pool's default is five minutes, with growing waits), it would stay unusable for as long after an outage.
POOL = {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 2}

DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_HEALTH_CHECKS": True,
    "CONN_MAX_AGE": 0 if env.bool("DB_POOL", False) else 60,
    "OPTIONS": {
        # Every wait has a limit (milliseconds): for a lock, for a result, and for a client that stops in the middle of
        # a transaction.
        "options": "-c lock_timeout=5000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=10000",
        "connect_timeout": 3,  # seconds
        # Detect a server that disappeared: while sending (milliseconds), and while waiting for a result (seconds).
        "tcp_user_timeout": 10_000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "prepare_threshold": 5,  # uses; affects only prepared statements of our own, as Django's cursor sends text
    }
    | ({"pool": POOL} if env.bool("DB_POOL", False) else {}),
}

# --- Redis: a logical database for each use; all of its data may be lost ---------------------------
# The number in REDIS_URL is the first of three: broker, cache, state (limits, waiting room). Names of the channel layer
# have it as a prefix, because pub/sub ignores database numbers.

_redis_server, _, _redis_number = REDIS_URL.rpartition("/")
if not _redis_number.isdigit():
    _redis_server, _redis_number = REDIS_URL.rstrip("/"), "0"
REDIS_BROKER_URL = f"{_redis_server}/{_redis_number}"
REDIS_CACHE_URL = f"{_redis_server}/{int(_redis_number) + 1}"
REDIS_STATE_URL = f"{_redis_server}/{int(_redis_number) + 2}"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
CHANNEL_LAYERS = {
    "default": {
        # Not the core layer, which silently drops messages above its capacity and takes 14 ms per group_send at 5,000
        # members; pub/sub takes 0.4 ms. Versions reveal what pub/sub loses.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_BROKER_URL], "prefix": f"ticketing-{_redis_number}"},
    }
}

# "auto", "on" or "off": whether to use internals of Daphne, Twisted and channels_redis for speed (realtime/internals)
REALTIME_FAST_TRANSPORT = env.str("REALTIME_FAST_TRANSPORT", "auto")

# --- Celery ----------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # a task may run twice, but is never lost with its worker
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300  # seconds
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 30,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 10,
    # Seconds after which a message that a worker took but never finished goes to another one. By default kombu looks
    # for them on every tenth call of a timer of ten seconds, so it would take up to 700; now it takes up to 610.
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_TASK_ROUTES = {
    "bookings.emails.tasks.send_due_emails": {"queue": "mailer"},  # read by ticketing/processes/mailer
    "bookings.emails.tasks.send_due_bulk_emails": {"queue": "bulk-mailer"},  # and by ticketing/processes/bulk-mailer
    "bookings.webhooks.tasks.send_due_deliveries": {"queue": "deliveries"},  # read by ticketing/processes/deliveries
    # A queue of its own: a worker takes from its queues in turn, so that holds expire on time however many bookings
    # wait for their seats.
    "bookings.holds.tasks.allocate_seats": {"queue": "allocations"},
    "events.tasks.make_event": {"queue": "creations"},  # likewise: each task takes seconds
    "events.tasks.create_overdue_events": {"queue": "creations"},
}
CELERY_BEAT_SCHEDULE = {
    # Often enough to publish an expiry within a second, and for a second process to join a sweep that takes long.
    "expire-holds": {"task": "bookings.holds.tasks.expire_holds", "schedule": 0.25, "options": {"expires": 1}},
    "allocate-overdue": {
        "task": "bookings.holds.tasks.allocate_overdue",
        "schedule": 2.0,
        "options": {"expires": 2},
    },
    "admit-from-queue": {
        "task": "bookings.waiting_room.tasks.admit_from_queue",
        "schedule": 1.0,
        "options": {"expires": 1},
    },
    "update-by-clock": {
        "task": "bookings.event_changes.tasks.update_by_clock",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "remove-orphan-pictures": {
        "task": "events.tasks.remove_orphan_pictures",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "make-events": {"task": "events.tasks.create_overdue_events", "schedule": 5.0, "options": {"expires": 5}},
    "purge-expired": {"task": "accounts.tasks.purge_expired", "schedule": 3600.0, "options": {"expires": 600}},
    "reconcile-payments": {"task": "bookings.payments.tasks.reconcile", "schedule": 10.0, "options": {"expires": 10}},
    "send-due-emails": {"task": "bookings.emails.tasks.send_due_emails", "schedule": 1.0, "options": {"expires": 5}},
    "send-due-bulk-emails": {
        "task": "bookings.emails.tasks.send_due_bulk_emails",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "send-due-deliveries": {
        "task": "bookings.webhooks.tasks.send_due_deliveries",
        "schedule": 1.0,
        "options": {"expires": 5},
    },
    "purge-finished": {"task": "bookings.tasks.purge_finished", "schedule": 3600.0, "options": {"expires": 600}},
    "retire-idle-accounts": {
        "task": "accounts.tasks.retire_idle_accounts",
        "schedule": timedelta(days=1),
        "options": {"expires": 3600},
    },
    "forget-unpaid-buyers": {
        "task": "bookings.privacy.tasks.forget_unpaid_buyers",
        "schedule": timedelta(days=1),
        "options": {"expires": 3600},
    },
    "mock-webhooks": {
        "task": "bookings.payments.tasks.deliver_mock_webhooks",
        "schedule": 1.0,
        "options": {"expires": 1},
    },
}

# --- Accounts --------------------------------------------------------------------------------------

SESSION_ENGINE = "accounts.session_store"
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "events"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCESS_TOKEN_SECONDS = 15 * 60
REFRESH_TOKEN_SECONDS = int(timedelta(days=14).total_seconds())
EMAIL_VERIFICATION_SECONDS = int(timedelta(days=3).total_seconds())
PASSWORD_RESET_TIMEOUT = 3600  # seconds

# Default: emails are written to files below STATE_DIR/mail, so that the demo needs no mail server.
# Four slashes, because django-environ uses what follows the third as the path.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{STATE_DIR / 'mail'}")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "tickets@example.com")

# --- Selling ---------------------------------------------------------------------------------------

HOLD_SECONDS = env.int("HOLD_SECONDS", 300)  # default of new events: time to begin paying
PAYMENT_SECONDS = env.int("PAYMENT_SECONDS", 900)  # default of new events: time to finish paying
MAX_ACTIVE_HOLDS = env.int("MAX_ACTIVE_HOLDS", 3)  # default of new events: open holds of one buyer
DEFAULT_EVENT_HOURS = env.int("DEFAULT_EVENT_HOURS", 24)  # how long an event without `ends_at` lasts
# Days after its start was moved on which buyers can return the tickets they had, until the event begins.
REFUND_DAYS_AFTER_MOVE = env.int("REFUND_DAYS_AFTER_MOVE", 14)
MAX_SEATS_PER_EVENT = env.int("MAX_SEATS_PER_EVENT", 200_000)

TICKET_SIGNING_KEY = env.str("TICKET_SIGNING_KEY", "")  # 32 bytes, base64; empty: derived from SECRET_KEY
# Tickets for the wallets of phones (docs/operations.md). The last three of Apple's and the last of Google's are files.
APPLE_WALLET_PASS_TYPE = env.str("APPLE_WALLET_PASS_TYPE", "")
APPLE_WALLET_TEAM = env.str("APPLE_WALLET_TEAM", "")
APPLE_WALLET_CERTIFICATE = env.str("APPLE_WALLET_CERTIFICATE", "")
APPLE_WALLET_KEY = env.str("APPLE_WALLET_KEY", "")
APPLE_WALLET_KEY_PASSWORD = env.str("APPLE_WALLET_KEY_PASSWORD", "")
APPLE_WALLET_WWDR_CERTIFICATE = env.str("APPLE_WALLET_WWDR_CERTIFICATE", "")
GOOGLE_WALLET_ISSUER = env.str("GOOGLE_WALLET_ISSUER", "")
GOOGLE_WALLET_SERVICE_ACCOUNT = env.str("GOOGLE_WALLET_SERVICE_ACCOUNT", "")
PAYMENT_GATEWAY = env.str("PAYMENT_GATEWAY", "mock")  # or "stripe"
MOCK_WEBHOOK_SECRET = env.str("MOCK_WEBHOOK_SECRET", SECRET_KEY)
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "")  # replaces Stripe's URL in tests
WEBHOOK_BASE_URL = env.str("WEBHOOK_BASE_URL", SITE_URL)  # the URL of this site for the mock gateway
# Whether sellers' webhooks may go to private networks, including this machine: for the demo and for tests.
WEBHOOK_PRIVATE_ADDRESSES = env.bool("WEBHOOK_PRIVATE_ADDRESSES", EMBEDDED_DATABASE)

# --- How long data about people are kept (docs/operations.md, docs/privacy.md) ----------------------------------


def _days(name: str, default: int) -> int:
    """Read a number of days. Less than one would delete what is still needed."""
    return max(1, int(env.int(name, default)))


# Emails are evidence that tickets were sent: buyers can dispute a card payment until 120 days after the event, and at
# most 540 days after they paid (Visa's dispute condition 13.1).
EMAIL_DAYS = _days("EMAIL_DAYS", 540)
UNPAID_BOOKING_DAYS = _days("UNPAID_BOOKING_DAYS", 540)  # until a booking that was never paid has no buyer any more
# After the three days of attempts, sellers can still look into a failed delivery, and use "Send again".
WEBHOOK_DELIVERY_DAYS = _days("WEBHOOK_DELIVERY_DAYS", 30)
# Longer than the 30 days for which Stripe keeps an event and can send it again on request.
WEBHOOK_EVENT_DAYS = _days("WEBHOOK_EVENT_DAYS", 35)
# Days without a sign-in after which buyers' accounts are deleted, a month after an email; 0: never. The email comes 30
# days before.
IDLE_ACCOUNT_DAYS = env.int("IDLE_ACCOUNT_DAYS", 0)
if 0 < IDLE_ACCOUNT_DAYS < 60:
    raise ImproperlyConfigured("IDLE_ACCOUNT_DAYS must be 0 or at least 60: the email about it comes 30 days before.")
QUEUE_PASS_DAYS = _days("QUEUE_PASS_DAYS", 90)
ADMIN_LOG_DAYS = _days("ADMIN_LOG_DAYS", 3650)  # who changed what: as long as books are kept in many countries
BOT_SIGNAL_HOURS = max(1, env.int("BOT_SIGNAL_HOURS", 6))  # after a buyer's last attempt; counts halve every hour

# --- Rate limits -----------------------------------------------------------------------------------
# Each is a pair (maximum number of calls, seconds) or None. ticketing/rate_limits.py defines which calls it counts.

BOOKING_RATE = read_rate("BOOKING_RATE", env.str("BOOKING_RATE", "10/min"))  # booking attempts of one user
API_RATE = read_rate("API_RATE", env.str("API_RATE", "100/min"))  # calls of one user, or of one address if anonymous
API_RATE_SURGE = read_rate("API_RATE_SURGE", env.str("API_RATE_SURGE", "10/min"))  # likewise, in peak mode
# Calls of one address, signed in or not. Also off if API_RATE is empty.
LOGIN_RATE = read_rate("LOGIN_RATE", env.str("LOGIN_RATE", "30/min"))
REGISTRATION_RATE = read_rate("REGISTRATION_RATE", env.str("REGISTRATION_RATE", "20/min"))
PASSWORD_RESET_RATE = read_rate("PASSWORD_RESET_RATE", env.str("PASSWORD_RESET_RATE", "10/min"))
TICKET_SEARCH_RATE = read_rate("TICKET_SEARCH_RATE", env.str("TICKET_SEARCH_RATE", "60/min"))  # of one gate staff user
BOT_CHALLENGE = env.bool("BOT_CHALLENGE", True)  # proof of work for suspected bots (docs/bots.md)

# --- API -------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["core.http.json_body.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "core.http.browsable_api.BrowsableRenderer",
    ],
    "DEFAULT_METADATA_CLASS": "core.http.browsable_api.Metadata",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "core.http.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "core.http.body_schema.BodySchema",
    "EXCEPTION_HANDLER": "core.http.problems.handle_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ticketing",
    "DESCRIPTION": "Sells every seat of an event exactly once. Errors are RFC 9457 problem+json with a stable `code`."
    " Members of a body that are not listed here are refused with 400, and so are bad values of the listed query"
    " parameters. Unknown query parameters are ignored, because proxies and trackers add some.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "ticketing.schema.add_streams",
    ],
    "WEBHOOKS": [f"bookings.webhooks.schema.{name}" for name in ("PAID", "REFUNDED", "CHECKED_IN", "SOLD_OUT", "TEST")],
    "ENUM_NAME_OVERRIDES": {
        "AdmissionStatus": "bookings.states.AdmissionStatus",
        "BookedKind": "bookings.states.BookedKind",
        "BookingStatus": "bookings.states.BookingStatus",
        "EventStatus": "events.states.EventStatus",
        "PayOutcome": "bookings.states.PayOutcome",
        "SeatStatus": "events.states.SeatStatus",
        "SubsectionKind": "events.states.SubsectionKind",
    },
}

# --- Logs ------------------------------------------------------------------------------------------

LOGGING = logs.configuration(level=env.str("LOG_LEVEL", "INFO"))
