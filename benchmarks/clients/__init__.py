"""One module for each client: ``workloads(url, files)`` gives what it can do, as functions of how many operations.

A function returns the size of the last answer (items, events, numbers), which the runner checks, or, for figures that the
client measures itself, a float. ``IMPORT`` and ``COLD_START`` are programs, with ``{url}`` for the server.
"""

NAMES = ("urllib3_json", "raw", "aiohttp_json", "hub", "openai_client", "hfjs", "hfe_client")
