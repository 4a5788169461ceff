"""The foundation: what every app needs and that knows no app. It imports nothing above it."""
