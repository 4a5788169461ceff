"""HTTP: requests and responses of the API, problem details, JSON bodies, addresses, origins and security headers."""
