"""The seating of an event: read a seating configuration, and name and find seats by their position."""
