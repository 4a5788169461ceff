from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """The loudspeaker: groups, WebSocket, SSE. Knows no other app."""

    name = "realtime"
