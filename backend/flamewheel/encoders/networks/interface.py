# SPDX-License-Identifier: GPL-3.0-or-later
"""What every encoder can do, so that any two can be put together."""

from __future__ import annotations

from typing import Protocol

from ...head.data import HeadData
from ...parameters import FaceParameters
from ..photo import PhotoSource


class FaceEncoder(Protocol):
    """Photo -> parameters of a head; weights, where there are any, are already loaded."""

    @property
    def name(self) -> str:
        """How users call it: landmark, deca, emoca, smirk, mica or image."""

    def encode(
        self, photo: PhotoSource, head: HeadData, *, face: int | None = None
    ) -> FaceParameters:
        """The parameters of one face of a photo, on `head`.

        face: which, numbered by size from 1; None: the largest.  What an encoder does not know
        (MICA: anything but the identity) is at rest; `camera` is of the whole photo, or None.
        Raises PhotoError as `see_face` does; HeadError `head-not-flame` where the encoder's
        coefficients mean nothing on `head`.
        """
