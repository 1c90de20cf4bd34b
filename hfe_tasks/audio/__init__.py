"""Tasks on sound, one module each; ``facade`` has them as methods."""
