"""``python -m hfe_core.cli``, for where the script is not on the path."""

from __future__ import annotations

import sys

from hfe_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
