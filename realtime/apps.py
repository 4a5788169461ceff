from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Live updates: groups, WebSocket and SSE. Imports no other app."""

    name = "realtime"
