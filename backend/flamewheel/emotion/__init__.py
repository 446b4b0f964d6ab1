# SPDX-License-Identifier: GPL-3.0-or-later
"""What a face shows, by its parameters, its landmarks and its photo."""

from .recogniser import CANNOT_TELL, Recogniser, load_recogniser

__all__ = ["CANNOT_TELL", "Recogniser", "load_recogniser"]
