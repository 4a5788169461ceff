"""Seating plans as data: reads documents of docs/seating-plans.md, lays out places, describes the geometry.

Nothing here reads or writes the database.
"""
