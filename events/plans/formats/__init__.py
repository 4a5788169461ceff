"""Seating plans in files of other systems: pretix JSON and CSV."""
