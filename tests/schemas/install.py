"""Installs a package from npm into a folder: ``install.py PACKAGE@VERSION FOLDER``. Without npm it says so and does nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys


def main(package: str, folder: str) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        sys.stderr.write(f"node and npm are not here: what needs {package} is skipped\n")
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    subprocess.run([npm, "install", "--prefix", folder, *options, package], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
