"""A server that breaks everything, and what the client must make of it."""
