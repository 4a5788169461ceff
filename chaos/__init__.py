"""`make chaos`: run payments with injected failures and prove that the books are right. Not part of the product."""
