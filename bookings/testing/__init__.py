"""Helpers that tests and benchmarks of several packages share; production code never imports them."""
