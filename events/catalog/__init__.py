"""The public catalogue: list, search and read events, by API and on pages."""
