"""`make chaos`: the product under failures, ending in proof. Never part of the product."""
