"""What all benchmarks use: the product to measure, its users, the load on it, and the report."""
