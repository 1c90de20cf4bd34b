"""Whatever a server sends: properties that hold for all bytes, for hypothesis in the suite and for atheris by hand.

``python -m tests.fuzz TARGET --seconds N`` runs atheris, where it is installed.
"""
