# SPDX-License-Identifier: GPL-3.0-or-later
"""Photo to `FaceParameters`: one file per encoder; `landmark` is the one that is always there."""
