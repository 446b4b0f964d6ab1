# SPDX-License-Identifier: GPL-3.0-or-later
"""The papers' networks as encoders of photos."""
