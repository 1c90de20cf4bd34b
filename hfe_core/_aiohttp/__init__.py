"""The asynchronous transport, and the one room of aiohttp."""
