"""Venues: sellers add, change and remove the places where they put on events."""
