from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Live updates: messages published to groups, and viewers by WebSocket and SSE."""

    name = "realtime"
