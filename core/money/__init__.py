"""Money: the currencies, and amounts converted and formatted."""
