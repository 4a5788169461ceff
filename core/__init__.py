"""The foundation: what every app needs. It imports no app."""
