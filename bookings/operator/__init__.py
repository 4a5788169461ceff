"""The operator page and its API: current numbers, feature switches, and how fast waiting rooms admit buyers."""
