"""The picture of an event: checked, made anew in a few sizes, stored, and shown on pages and share cards."""
