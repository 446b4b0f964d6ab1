# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of messages as the pipeline's own types."""

from __future__ import annotations

from ..parameters import ExpressionCode, checked_array
from ..protocol import CodeBody
from ..protocol_video import KeysBody
from ..trajectory import CurveKeys


def code_of(body: CodeBody) -> ExpressionCode:
    """Raises UsageError where a part has the wrong number of numbers."""
    return ExpressionCode(
        checked_array("expression", body.expression, (None,)),
        checked_array("jaw", body.jaw, (3,)),
        checked_array("neck", body.neck, (3,)),
        checked_array("eyes", body.eyes, (2, 3)),
    )


def keys_body(keys: CurveKeys) -> KeysBody:
    """Curve keys on the wire."""
    return KeysBody(keys.channels.tolist(), keys.times.tolist(), keys.values.tolist(),
                    keys.slopes.tolist(), keys.holds.tolist())
