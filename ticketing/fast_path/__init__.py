"""The fast path: serves the busiest API calls without Django's middleware, URL resolver and REST framework.

It calls the same handlers as the views (core.http.views) and the same functions as the middleware.
"""
