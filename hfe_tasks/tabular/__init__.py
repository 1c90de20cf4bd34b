"""Tasks on tables, one module each; ``facade`` has them as methods."""
