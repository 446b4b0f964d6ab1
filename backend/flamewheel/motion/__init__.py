# SPDX-License-Identifier: GPL-3.0-or-later
"""How a face moves between the anchors of a performance."""
