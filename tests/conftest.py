# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository's root on the path: the add-on is imported as the package `blender_addon`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
