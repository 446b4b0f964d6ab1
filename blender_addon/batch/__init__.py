# SPDX-License-Identifier: GPL-3.0-or-later
"""A job file to rendered shots, in Blender without a window."""
