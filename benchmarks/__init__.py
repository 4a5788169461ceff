"""How fast it is, measured from outside; never part of the product.

`python -m benchmarks` (`make bench`) measures the product beside the bare database and a bare broadcast,
`python -m benchmarks.viewers` only the latter, `python -m benchmarks.sellout` sells an event out and proves it,
`python -m benchmarks.partitions` compares ways to partition the tickets.
docs/performance.md says how to read the figures.
"""
