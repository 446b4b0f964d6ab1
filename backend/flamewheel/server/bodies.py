# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of messages as the pipeline's own types."""

from __future__ import annotations

from ..parameters import ExpressionCode, checked_array
from ..protocol import CodeBody


def code_of(body: CodeBody) -> ExpressionCode:
    """Raises UsageError where a part has the wrong number of numbers."""
    return ExpressionCode(
        checked_array("expression", body.expression, (None,)),
        checked_array("jaw", body.jaw, (3,)),
        checked_array("neck", body.neck, (3,)),
        checked_array("eyes", body.eyes, (2, 3)),
    )
