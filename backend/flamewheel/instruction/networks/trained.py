# SPDX-License-Identifier: GPL-3.0-or-later
"""Trained networks: their files, and what can be asked of them in torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...errors import CheckpointError
from ...head.registry import embedded_file
from ...weight_file import (
    Weights,
    check_strictly,
    load_strictly,
    read_weights,
    write_weights,
)
from ..transition_set import EMOTIONS
from .layout import FACES, MOTIONCLIP, GeneratorLayout, NeutralLayout, generator_layout
from .layout import neutral_layout as neutral_layout_of

if TYPE_CHECKING:
    from torch import nn

    from ..text_encoders import EncodedTexts

Array = npt.NDArray[np.float64]
KIND, NEUTRAL_KIND = "instruction-faces", "instruction-neutral"
MEAN, SCALE = "standard.mean", "standard.scale"
METER = "meter.weights"
SHIPPED_NEUTRAL = "open_head_ned.npz"
MOST_FACTS = 2000  # characters of a word in a file


@dataclass(frozen=True)
class Trained:
    """What a file of weights says besides its sizes."""

    head: str  # name of the head whose codes it speaks
    head_checksum: str
    encoder: str  # `TextEncoder.name`; "" for NED
    origin: str  # data and command, for a person
    emotions: tuple[str, ...]  # names of the wheel it was taught


@dataclass(frozen=True, eq=False)
class Standard:
    """Codes to the networks' own numbers and back: centred, of about unit size."""

    mean: Array  # (E+3,)
    scale: Array  # (E+3,) one number for all of ψ and one for the jaw

    def inward(self, codes: npt.ArrayLike) -> Array:
        """(…,E+3) standardised."""
        return np.asarray((np.asarray(codes, np.float64) - self.mean) / self.scale)

    def outward(self, rows: npt.ArrayLike) -> Array:
        """(…,E+3) codes: ψ, jaw in rad."""
        return np.asarray(np.asarray(rows, np.float64) * self.scale + self.mean)


@dataclass(frozen=True, eq=False)
class TrainedGenerator:
    """One of the three variants, ready to be asked; made by `load_network`."""

    layout: GeneratorLayout
    about: Trained
    standard: Standard
    network: nn.Module  # I2fet or MotionClip

    def sample(self, texts: EncodedTexts, seed: int, temperature: float = 1.0) -> Array:
        """(B,2,E+3) codes for instructions; the latents are drawn from N(0, temperature²).

        The MotionCLIP-style baseline decodes the sentence itself: every seed gives the same.
        """
        import torch

        from .i2fet import I2fet
        from .motionclip import MotionClip

        told = told_of(texts)
        with torch.inference_mode():
            if isinstance(self.network, MotionClip):
                rows = self.network.decoded(self.network.aim(told.overall))
            else:
                assert isinstance(self.network, I2fet)
                drawn = noise(len(texts.mask), self.layout.latent, seed) * temperature
                rows = self.network.sampled(told, torch.from_numpy(drawn.astype(np.float32)))
        return self.standard.outward(rows.numpy())

    def latents(self, codes: npt.ArrayLike, texts: EncodedTexts) -> Array:
        """Means of the latents of faces (B,2,E+3) with their instructions: (B,2,32), expression's
        16 and pose's 16 of each face; of the MotionCLIP-style baseline (B,1,G), of both at once."""
        import torch

        from .i2fet import I2fet
        from .motionclip import MotionClip

        told = told_of(texts)
        faces = torch.from_numpy(self.standard.inward(codes).astype(np.float32))
        with torch.inference_mode():
            if isinstance(self.network, MotionClip):
                return np.asarray(self.network.encoded(faces)[:, None].numpy(), np.float64)
            assert isinstance(self.network, I2fet)
            found = self.network.encoded(faces, told, self.network.texts(told))
            both = torch.cat([found.mean_expression, found.mean_pose], dim=-1)
        return np.asarray(both.numpy(), np.float64)


@dataclass(frozen=True, eq=False)
class TrainedNeutral:
    """NED, ready to be asked; made by `load_neutral`."""

    layout: NeutralLayout
    about: Trained
    standard: Standard
    network: nn.Module

    def neutral_of(self, codes: npt.ArrayLike) -> Array:
        """(B,E+3) the neutral faces of the people who show `codes` (B,E+3)."""
        import torch

        rows = torch.from_numpy(self.standard.inward(codes).astype(np.float32))
        with torch.inference_mode():
            return self.standard.outward(self.network(rows).numpy())


def noise(count: int, latent: int, seed: int) -> npt.NDArray[np.float32]:
    """(count,2,2·latent) of N(0, I); of one seed, the first rows of more are the same."""
    drawn = np.random.default_rng(seed).standard_normal((count, FACES, 2 * latent))
    return drawn.astype(np.float32)


def told_of(texts: EncodedTexts) -> Any:
    """Encoded sentences as the networks' tensors (`i2fet.Told`)."""
    import torch

    from .i2fet import Told

    return Told(*(torch.from_numpy(np.ascontiguousarray(part)) for part in (
        texts.tokens, texts.mask, texts.overall)))


def new_network(layout: GeneratorLayout) -> nn.Module:
    """With random weights, from torch's own generator."""
    from .i2fet import I2fet
    from .motionclip import MotionClip

    return MotionClip(layout) if layout.variant == MOTIONCLIP else I2fet(layout)


def save_network(
    path: Path, kind: str, layout: GeneratorLayout | NeutralLayout, about: Trained,
    standard: Standard, network: nn.Module, meter: Array | None = None,
) -> None:
    """Weights in half precision with all that is needed to use them.  Raises OutputError.

    meter: (E+3,U) standardised codes -> strengths of the head's units, linear; None: unknown.
    """
    import torch

    tensors = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    tensors[MEAN] = torch.from_numpy(standard.mean)
    tensors[SCALE] = torch.from_numpy(standard.scale)
    if meter is not None:
        tensors[METER] = torch.from_numpy(meter.astype(np.float32))
    write_weights(path, kind, {"layout": layout.as_facts(), **vars(about)}, tensors)


def load_network(path: Path) -> TrainedGenerator:
    """A generator of a file of `flamewheel train i2fet`.

    Raises CheckpointError `checkpoint-not-found`, `checkpoint-unreadable`, `wrong-checkpoint`,
    `checkpoint-misfit`.
    """
    weights = read_weights(path, KIND)
    layout = generator_layout(weights.facts.get("layout", {}))
    network = _filled(lambda: new_network(layout), weights, path.name)
    return TrainedGenerator(layout, facts_of(weights, path.name),
                            standard_of(weights, layout.row, path.name), network.eval())


def load_neutral(path: Path | None = None) -> TrainedNeutral:
    """NED of a file of `flamewheel train ned`; None: the shipped one.

    Raises CheckpointError as `load_network`.
    """
    from .ned import Ned

    path = embedded_file(SHIPPED_NEUTRAL) if path is None else path
    weights = read_weights(path, NEUTRAL_KIND)
    layout = neutral_layout_of(weights.facts.get("layout", {}))
    network = _filled(lambda: Ned(layout), weights, path.name)
    return TrainedNeutral(layout, facts_of(weights, path.name),
                          standard_of(weights, layout.row, path.name), network.eval())


def _filled(make: Callable[[], nn.Module], weights: Weights, name: str) -> nn.Module:
    """The network that `make` builds, of a file; a small file can name sizes that no memory has, so
    shapes are compared before any memory is asked for."""
    import torch

    with torch.device("meta"):
        planned = make()
    own = network_part(weights)
    check_strictly(planned, own, name)
    network = make()
    load_strictly(network, own, name)
    return network


def network_part(weights: Weights) -> Weights:
    """The network's own tensors."""
    own: Mapping[str, Any] = {
        name.removeprefix("network."): array for name, array in weights.tensors.items()
        if name.startswith("network.")}
    return Weights(weights.kind, weights.facts, own)


def facts_of(weights: Weights, name: str) -> Trained:
    """Raises CheckpointError `checkpoint-misfit` where a word is missing."""
    given = [weights.facts.get(key) for key in ("head", "head_checksum", "encoder", "origin")]
    if not all(isinstance(word, str) and len(word) <= MOST_FACTS for word in given):
        raise CheckpointError("checkpoint-misfit", f"{name} does not say what it was trained for.",
                              "The file belongs to another version, or is damaged.")
    emotions = weights.facts.get("emotions")
    if not isinstance(emotions, list) or not set(map(str, emotions)) <= set(EMOTIONS):
        raise CheckpointError("checkpoint-misfit", f"{name} does not say what it was taught.",
                              "The file belongs to another version, or is damaged.")
    head, checksum, encoder, origin = map(str, given)
    return Trained(head, checksum, encoder, origin, tuple(map(str, emotions)))


def standard_of(weights: Weights, row: int, name: str) -> Standard:
    """Raises CheckpointError `checkpoint-misfit` where it is missing or no number of use."""
    found = [weights.tensors.get(key) for key in (MEAN, SCALE)]
    for array in found:
        if array is None or array.shape != (row,) or array.dtype.kind != "f" or (
                not np.isfinite(array).all()):
            raise CheckpointError("checkpoint-misfit", f"{name} lacks the spread of its data.",
                                  "The file belongs to another version, or is damaged.")
    mean, scale = (np.asarray(array, np.float64) for array in found)
    if not (scale > 0).all():
        raise CheckpointError("checkpoint-misfit", f"{name} has a spread of nothing.",
                              "The file is damaged.")
    return Standard(mean, scale)
