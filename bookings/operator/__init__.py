"""The operator page and its API: current numbers, feature switches, and the pace of waiting rooms."""
