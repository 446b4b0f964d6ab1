# SPDX-License-Identifier: GPL-3.0-or-later
"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what) while something long runs."""
