"""The life of an event: create, change, publish, close and complete it."""
