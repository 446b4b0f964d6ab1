# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of the networks: what a file of weights must say to be built again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ...errors import CheckpointError

FACES = 2
"""m: an instruction names the expression to come from and the one to go to."""
JAW = 3
"""Of θ only the jaw is used: x^f = {e, θ_jaw} in R^(m x 53) with 50 numbers of expression."""
I2FET, NO_IFED, MOTIONCLIP = "i2fet", "no-ifed", "motionclip"
VARIANTS = (I2FET, NO_IFED, MOTIONCLIP)
LEAST_SIZE, LARGEST_SIZE = 1e-3, 1 << 14  # of any size in a file that nobody vouches for
MOST_LAYERS = 64  # the same of a count of layers; the published have 8 at most


@dataclass(frozen=True)
class GeneratorLayout:
    """Sizes of a network that turns an instruction into two faces."""

    expression: int  # E
    text_tokens: int  # L
    text_dim: int  # D
    text_overall: int  # G, of the sentence in one row
    variant: str = I2FET
    latent: int = 16  # "z in R^(m x 16)"
    pose_condition: int = 6  # x^p_emb in R^(m x 6), eq. 4
    face_layers: int = 2  # N, table VIII
    text_layers: int = 1  # M, table VIII
    caft_layers: int = 1  # table VII
    hidden: int = 160  # of the three-layer MLPs; the paper is silent
    feed_forward: float = 1.0  # width of a transformer's inner layer, in widths; silent as well
    text_heads: int = 4  # of the text branch; 53 and 103 are prime: the faces have one
    motion_width: int = 128  # the MotionCLIP-style baseline's; published 512
    motion_layers: int = 2  # of its encoder and its decoder each; published 8

    @property
    def row(self) -> int:
        """Numbers of one face: E + 3."""
        return self.expression + JAW

    def as_facts(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class NeutralLayout:
    """Sizes of NED: four layers in, four out for expression and for pose."""

    expression: int  # E
    hidden: int = 128  # the paper is silent
    code: int = 32  # between encoder and decoders; silent

    @property
    def row(self) -> int:
        """Numbers of one face: E + 3."""
        return self.expression + JAW

    def as_facts(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def generator_layout(facts: Mapping[str, Any]) -> GeneratorLayout:
    """Of what a file says.  Raises CheckpointError `checkpoint-misfit`."""
    layout = GeneratorLayout(**_checked(facts, GeneratorLayout))
    if layout.variant not in VARIANTS:
        raise _misfit(f"variant is {layout.variant[:40]!r}")
    return layout


def neutral_layout(facts: Mapping[str, Any]) -> NeutralLayout:
    """Of what a file says.  Raises CheckpointError `checkpoint-misfit`."""
    return NeutralLayout(**_checked(facts, NeutralLayout))


def _checked(facts: Mapping[str, Any], kind: type[Any]) -> dict[str, Any]:
    known = {field.name: field.type for field in fields(kind)}
    if not isinstance(facts, Mapping) or set(facts) != set(known):
        raise _misfit("its sizes are not the ones this version knows")
    for name, value in facts.items():
        if not _is_size(value, str(known[name])) or (
                name.endswith("_layers") and value > MOST_LAYERS):
            raise _misfit(f"{name} is {str(value)[:40]}")
    return dict(facts)


def _is_size(value: Any, kind: str) -> bool:
    """Whether it is of a field's kind and, as a number, one that can be built."""
    if kind == "str":
        return isinstance(value, str)
    kinds = (int, float) if kind == "float" else (int,)
    return isinstance(value, kinds) and not isinstance(value, bool) and (
        LEAST_SIZE <= value <= LARGEST_SIZE)


def _misfit(why: str) -> CheckpointError:
    return CheckpointError("checkpoint-misfit", f"The weights cannot be built up: {why}.",
                           "The file belongs to another version, or is damaged.")
