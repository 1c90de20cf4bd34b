"""The synchronous transport, and the one room of urllib3."""
