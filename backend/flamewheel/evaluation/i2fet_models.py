# SPDX-License-Identifier: GPL-3.0-or-later
"""Trained instruction models as what `evaluate i2fet` asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from ..instruction.networks.layout import MOTIONCLIP
from ..instruction.networks.trained import TrainedGenerator, load_network
from ..instruction.text_encoders import EncodedTexts, TextEncoder, text_encoder

Array = npt.NDArray[np.float64]
AT_ONCE = 512  # sentences


@dataclass(frozen=True, eq=False)
class WeightsGenerator:
    """One file of weights with the encoder it was trained with."""

    trained: TrainedGenerator
    encoder: TextEncoder

    @property
    def variant(self) -> str:
        """Its kind: "i2fet", "no-ifed" or "motionclip"."""
        return self.trained.layout.variant

    def sample(self, texts: Sequence[str], seed: int) -> Array:
        """(B,2,E+3): equal sentences with other noise."""
        encoded = self._encoded(texts)
        parts = [self.trained.sample(encoded.take(rows), seed + number * MOST_PARTS)
                 for number, rows in enumerate(_parts(len(texts)))]
        return np.concatenate(parts)

    def latents(self, codes: npt.ArrayLike, texts: Sequence[str]) -> Array:
        """(B,M,L): the expression's latents of each face, or the baseline's of both."""
        encoded, faces = self._encoded(texts), np.asarray(codes, dtype=np.float64)
        found = np.concatenate([self.trained.latents(faces[rows], encoded.take(rows))
                                for rows in _parts(len(texts))])
        if self.variant == MOTIONCLIP:
            return found
        return found[:, :, :self.trained.layout.latent]

    def _encoded(self, texts: Sequence[str]) -> EncodedTexts:
        """Each sentence is encoded once, however often it is said."""
        different, rows = np.unique(np.array(texts), return_inverse=True)
        return self.encoder.encode(different.tolist()).take(rows)


MOST_PARTS = 1_000_003  # so that parts of one seed do not share another seed's noise


def read_generator(path: Path, head: str, encoder: str | None = None) -> WeightsGenerator:
    """A file of `flamewheel train i2fet` for the head named `head`.

    encoder: the folder of the CLIP that it was trained with; None for the embedded one.  Raises
    CheckpointError, UsageError `other-head`, `other-encoder`.
    """
    trained = load_network(path)
    if trained.about.head != head:
        raise UsageError("other-head", f"{path.name} was trained for the head "
                         f"{trained.about.head}, not for {head}.", "Name its head with --head.")
    texts = text_encoder(encoder) if encoder is not None else text_encoder()
    if texts.name != trained.about.encoder:
        raise UsageError("other-encoder", f"{path.name} was trained with the text encoder "
                         f"{trained.about.encoder}, not with {texts.name}.",
                         "Name its folder with --encoder.")
    return WeightsGenerator(trained, texts)


def _parts(count: int) -> list[npt.NDArray[np.int64]]:
    return np.array_split(np.arange(count), max(1, -(-count // AT_ONCE)))
