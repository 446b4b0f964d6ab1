# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that say how well something was done."""
