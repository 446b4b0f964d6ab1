# SPDX-License-Identifier: GPL-3.0-or-later
"""`blender -b --command flamewheel batch JOB`, for Blender as a Python module.

    .venv-blender/bin/python tools/blender_batch.py JOB.toml [--json]

Blender's program has the option `--command`; the module from PyPI has no options at all.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import blender_addon
from blender_addon.batch.command import run_command


def main() -> int:
    """Register the add-on, run the job, take the add-on back."""
    blender_addon.register()
    try:
        return run_command(["batch", *sys.argv[1:]])
    finally:
        blender_addon.unregister()


if __name__ == "__main__":
    sys.exit(main())
