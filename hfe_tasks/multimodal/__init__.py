"""Tasks on images and text together, one module each; ``facade`` has them as methods."""
