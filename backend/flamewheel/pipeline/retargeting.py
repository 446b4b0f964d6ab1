# SPDX-License-Identifier: GPL-3.0-or-later
"""One face's expression onto another."""

from __future__ import annotations

from ..errors import UsageError
from ..parameters import FaceParameters
from .units import head_units


def retarget(
    source: FaceParameters, target: FaceParameters | None = None, *, head: str = "open"
) -> FaceParameters:
    """`source` gives expression and pose, `target` identity (VN3DFace); the result is of `head`.

    Both may be of other heads: an expression crosses by action units, an identity does not.
    """
    from ..head.registry import find_head
    from ..retarget import retarget as retarget_face

    to = find_head(head)
    if source.head == to.name:
        return retarget_face(source, target, to, to, None, None)
    if any(sign in source.head for sign in "/\\"):  # a file may come from anywhere
        raise UsageError("bad-head-name", f"The parameter file names a path as its head: "
                         f"{source.head}.", "It must be a head's name; see `flamewheel head list`.")
    start = find_head(source.head)
    return retarget_face(source, target, start, to, head_units(source.head).units,
                         head_units(head).units)
