"""Tasks on images, one module each; ``facade`` has them as methods."""
