# SPDX-License-Identifier: GPL-3.0-or-later
"""How well Flamewheel's own models do, beside naive ways, on renders with truth and on photos."""
