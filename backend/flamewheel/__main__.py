# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m flamewheel` is the command line."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
