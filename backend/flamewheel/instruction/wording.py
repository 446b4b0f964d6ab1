# SPDX-License-Identifier: GPL-3.0-or-later
"""How a plan quotes the text that it was made of."""

from __future__ import annotations

from .plan import Span


def quoted(text: str, span: Span) -> str:
    """The text of a place with single blanks."""
    return " ".join(text[span[0]:span[1]].split())
