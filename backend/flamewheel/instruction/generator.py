# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that a trained I2FET draws for the emotions of a plan: another seed, another take.

Numpy only: a sentence is sampled within milliseconds and without torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..emotion.features import features_of_codes
from ..emotion.recogniser import Recogniser, load_recogniser
from ..errors import CheckpointError, UsageError
from ..head.data import JOINT_NAMES, HeadData, NamedUnits
from ..head.registry import embedded_file, find_head
from ..parameters import ExpressionCode
from ..weight_file import read_weights
from ..wheel.blend import EVEN
from ..wheel.dbex import JAW_SIZE, ExpressionDatabase, check_head
from ..wheel.facs import agrees
from ..wheel.prototypes import STRONGEST_UNIT, build_prototype_database
from ..wheel.unit_blend import mixed_strengths
from ..wheel.units import face_rows
from ..wheel.weights import DEFAULT_METHOD, shares_of
from ..wheel_names import NEUTRAL
from .compose import wheel_points
from .networks.layout import I2FET, GeneratorLayout, generator_layout
from .networks.plain import PlainI2fet, plain_i2fet
from .networks.trained import (
    KIND,
    METER,
    Standard,
    Trained,
    facts_of,
    network_part,
    noise,
    standard_of,
)
from .plan import EmotionMix
from .text_encoders import EMBEDDED, TextEncoder, text_encoder
from .transition_wording import LABELS, TEMPLATES, sentence

Array = npt.NDArray[np.float64]

SHIPPED = "open_head_i2fet.npz"
DRAWS = 4
"""Faces drawn for each emotion, of which one is kept: of the shipped weights' faces of an emotion 8
in 10 or more pass (docs/generation.md)."""
_JAW = JOINT_NAMES.index("jaw")


@dataclass(frozen=True, eq=False)
class Generator:
    """Draws the faces of emotions; made by `load_generator`."""

    about: Trained
    layout: GeneratorLayout
    standard: Standard
    network: PlainI2fet
    encoder: TextEncoder
    meter: Array  # (E+4,U) standardised codes and a 1 -> unit strengths
    units: NamedUnits  # of the head
    head: HeadData
    database: ExpressionDatabase  # of the head: its bounds, and what the network was not taught
    recogniser: Recogniser

    def faces(self, mixes: Sequence[EmotionMix], seed: int) -> tuple[ExpressionCode, ...]:
        """The faces of a plan's mixes, in their order; neutral is the head at rest.

        Each emotion is drawn once, as it follows the one before it, brought to each mix's
        intensity and blended as the wheel blends.  The same seed gives the same faces.  Raises
        UsageError `bad-seed`.
        """
        if seed < 0:
            raise UsageError("bad-seed", f"The seed {seed} is below 0.", "Give 0, 1, 2 or more.")
        emotions = tuple(dict.fromkeys(
            name for mix in mixes for name, _ in parts_of(mix) if name != NEUTRAL))
        drawn = dict(zip(emotions, self.drawn(emotions, seed), strict=True))
        return tuple(self._mixed(mix, drawn) for mix in mixes)

    def pairs(self, texts: Sequence[str], seed: int) -> Array:
        """(N,2,E+3) what the network alone answers to instructions: nothing is chosen, scaled or
        bounded."""
        encoded = self.encoder.encode(texts)
        drawn = noise(len(texts), self.layout.latent, seed)
        return self.standard.outward(self.network.sampled(encoded, drawn))

    def drawn(self, emotions: Sequence[str], seed: int) -> Array:
        """(n,E+3) one face for each emotion, at the strength the network gives it."""
        known = [name for name in emotions if name in self.about.emotions and name in LABELS]
        found = dict(zip(known, self._chosen(known, seed), strict=True)) if known else {}
        chance = np.random.default_rng([seed, len(emotions)])
        rows = [found[name] if name in found else self._of_database(name, chance)
                for name in emotions]
        return np.array(rows).reshape(len(emotions), self.layout.row)

    def _chosen(self, emotions: Sequence[str], seed: int) -> Array:
        """(n,E+3) of `DRAWS` faces each, the first that is recognised and agrees with FACS; else
        one that is recognised; else the likeliest."""
        before = (NEUTRAL, *emotions)
        texts = [sentence(TEMPLATES[0], LABELS[one], LABELS[two])
                 for one, two in zip(before, emotions, strict=False)]
        encoded = self.encoder.encode(texts).take(np.repeat(np.arange(len(texts)), DRAWS))
        drawn = noise(len(encoded.mask), self.layout.latent, seed)
        rows = self.network.sampled(encoded, drawn)[:, 1].astype(np.float64)
        codes = np.clip(self.standard.outward(rows), self.database.low, self.database.high)
        liked = self._liked(emotions, codes, self._strengths(codes))
        best = liked.reshape(len(emotions), DRAWS).argmax(axis=1)
        return np.asarray(codes.reshape(len(emotions), DRAWS, -1)[range(len(emotions)), best])

    def _liked(self, emotions: Sequence[str], codes: Array, strengths: Array) -> Array:
        """(n·DRAWS,) 2 where a face is recognised and shows the units, 1 + p where it is only
        recognised, else the probability p of its emotion."""
        wanted = np.repeat(np.array(emotions), DRAWS)
        poses = np.zeros((len(codes), len(JOINT_NAMES), 3))
        poses[:, _JAW] = codes[:, -JAW_SIZE:]
        told = self.recogniser.probabilities(features_of_codes(
            codes[:, :-JAW_SIZE], poses, self.head, units=self.units))
        classes = np.array(self.recogniser.classes)
        own = (told * (classes == wanted[:, None])).sum(axis=1)
        shows = np.concatenate([
            agrees(name, self.units.names, strengths[at * DRAWS:(at + 1) * DRAWS])
            for at, name in enumerate(emotions)])
        named = classes[told.argmax(axis=1)] == wanted
        return np.where(named & shows, 2.0, np.where(named, 1.0 + own, own))

    def _of_database(self, emotion: str, chance: np.random.Generator) -> Array:
        """(E+3,) a face of an emotion that the network was not taught, as strong as the basic one.

        Trust and Anticipation have neither photos nor a FACS definition: they come from the
        expression database.
        """
        fits = (np.array(self.database.labels) == emotion) & self.database.agreeing
        rows = self.database.vectors[fits]
        basic = self.database.rings[self.database.index(emotion), 1]
        row = rows[int(chance.integers(len(rows)))] if len(rows) else basic
        size = float(np.linalg.norm(row * self.database.scale))
        return np.asarray(row * (np.linalg.norm(basic * self.database.scale) / max(size, 1e-9)))

    def _strengths(self, codes: Array) -> Array:
        """(n,U) of codes (n,E+3), by the quick meter."""
        rows = self.standard.inward(codes)
        told = np.concatenate([rows, np.ones((len(rows), 1))], axis=1) @ self.meter
        return np.asarray(np.clip(told, 0.0, STRONGEST_UNIT))

    def _mixed(self, mix: EmotionMix, drawn: dict[str, Array]) -> ExpressionCode:
        """As `wheel.blend` does with an own face: the units' mix, and what no unit shows by weight.

        Bounded by the database (paper 000, eq. 5).
        """
        shown = [(name, strength) for name, strength in parts_of(mix) if name in drawn]
        if not shown:
            return ExpressionCode(np.zeros(self.layout.expression))
        shares = _shares(mix, len(shown))
        codes = np.stack([drawn[name] for name, _ in shown])
        factors = np.array([strength for _, strength in shown])[:, None]
        found = self._strengths(codes)
        strong = np.clip(found * factors, 0.0, STRONGEST_UNIT)
        mixed = mixed_strengths(self.units.names, [name for name, _ in shown], strong, shares)
        beside = (codes - face_rows(self.units, found)) * factors
        row = face_rows(self.units, mixed) + np.asarray(shares) @ beside
        row = np.clip(row, self.database.low, self.database.high)
        return ExpressionCode(row[:-JAW_SIZE], jaw=row[-JAW_SIZE:])


def parts_of(mix: EmotionMix) -> tuple[tuple[str, float], ...]:
    """The emotions of a mix with their intensities; evenly Disgust and Anger is Contempt, which
    the network learned as a face of its own."""
    return tuple((point.emotion, point.intensity) for point in wheel_points(mix))


def load_generator(
    path: Path | None = None, *, database: ExpressionDatabase | None = None,
    encoder: str | Path = EMBEDDED,
) -> Generator:
    """The generator of a file of `flamewheel train i2fet`; None: the shipped one.

    database: of the head, where it is at hand; None makes the one of FACS prototypes.  encoder: the
    one the weights were trained with.  Raises CheckpointError `checkpoint-not-found`,
    `checkpoint-unreadable`, `wrong-checkpoint`, `checkpoint-misfit`, `other-encoder`,
    `not-a-generator` (another variant, or a head without units); WheelError `other-head`.
    """
    if path is None and str(encoder) == EMBEDDED and database is None:
        return _shipped()
    return _read(embedded_file(SHIPPED) if path is None else path, database, encoder)


@lru_cache(maxsize=1)
def _shipped() -> Generator:
    return _read(embedded_file(SHIPPED), None, EMBEDDED)


def _read(
    path: Path, database: ExpressionDatabase | None, encoder: str | Path
) -> Generator:
    weights = read_weights(path, KIND)
    layout = generator_layout(weights.facts.get("layout", {}))
    about = facts_of(weights, path.name)
    if layout.variant != I2FET:
        raise CheckpointError("not-a-generator", f"{path.name} is of the variant "
                              f"{layout.variant}, which is there to be compared with.",
                              "Train one with `flamewheel train i2fet`.")
    network = plain_i2fet(layout, network_part(weights).tensors, path.name)
    head = find_head(about.head)
    if head.units is None or METER not in weights.tensors:
        raise CheckpointError("not-a-generator", f"{path.name} was trained for {about.head}, whose "
                              "action units are not in its file.",
                              "Train it for a head with units.")
    database = database or build_prototype_database(head, head.units)
    check_head(database, about.head, about.head_checksum)
    meter = np.asarray(weights.tensors[METER], np.float64)
    if meter.shape != (layout.row + 1, len(head.units.names)) or not np.isfinite(meter).all() or (
            layout.expression != head.expression_count):
        raise CheckpointError("checkpoint-misfit", f"{path.name} does not fit {about.head}.",
                              "Train it again for the head as it is now.")
    return Generator(about, layout, standard_of(weights, layout.row, path.name), network,
                     _encoder_for(about, layout, encoder), meter, head.units, head, database,
                     load_recogniser())


def _encoder_for(about: Trained, layout: GeneratorLayout, name: str | Path) -> TextEncoder:
    """Raises CheckpointError `other-encoder`."""
    found = text_encoder(name)
    if (found.name, found.dim, found.overall) != (
            about.encoder, layout.text_dim, layout.text_overall):
        raise CheckpointError("other-encoder", f"The weights were trained with the text encoder "
                              f"{about.encoder}, not with {found.name}.",
                              "Give the encoder they were trained with.")
    return found


def _shares(mix: EmotionMix, count: int) -> tuple[float, ...]:
    """The emotions' shares: three have a third each; where two are even, the wheel's own hold."""
    if count == 2 and abs(mix.weight - EVEN) > 1e-9:
        return (mix.weight, 1.0 - mix.weight)
    return (1 / 3,) * 3 if count == 3 else shares_of(count, DEFAULT_METHOD)
