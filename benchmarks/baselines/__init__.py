"""Baselines that the product is measured against in the same run, and variants of the product."""
