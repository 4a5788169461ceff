"""The fast path: answers the busiest calls of the API without Django's middleware, resolver and REST framework.

It calls the same handlers as the views (core.http.views) and the same functions as the middleware.
"""
