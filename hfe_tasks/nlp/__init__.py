"""Tasks on text, one module each; ``facade`` has them as methods."""
