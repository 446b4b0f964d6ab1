# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences as rows of numbers, for the networks that paper 002 conditions on text."""

from .choosing import EMBEDDED, text_encoder
from .encoded import EncodedTexts, TextEncoder

__all__ = ["EMBEDDED", "EncodedTexts", "TextEncoder", "text_encoder"]
