# SPDX-License-Identifier: GPL-3.0-or-later
"""I2FET's way from an instruction to two faces, in numpy: a sentence is sampled without torch.

The same equations as `ifed.py` and `i2fet.py`, which a test holds equal; see there for sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import CheckpointError
from ..text_encoders import EncodedTexts
from .layout import GeneratorLayout

Array = npt.NDArray[np.float32]
EPSILON = 1e-5  # of a layer norm, torch's
LARGEST = 1e6  # of a weight in a file that nobody vouches for


@dataclass(frozen=True, eq=False)
class PlainI2fet:
    """The decoding half of a trained I2FET; made by `plain_i2fet`."""

    layout: GeneratorLayout
    tensors: Mapping[str, Array]

    def sampled(self, texts: EncodedTexts, noise: npt.ArrayLike) -> Array:
        """(B,2,E+3) standardised faces, with noise (B,2,32) for the latents (eq. 8 to 10)."""
        drawn = np.asarray(noise, np.float32)
        latent_e, latent_p = drawn[..., :self.layout.latent], drawn[..., self.layout.latent:]
        rows = np.concatenate([self._linear("latent_to_expression", latent_e),
                               self._linear("latent_to_jaw", latent_p)], axis=-1)
        expression, pose = self._ifed(rows, texts)
        return np.concatenate([
            self._three_layers("decode_expression", np.concatenate([latent_e, expression], -1)),
            self._three_layers("decode_pose", np.concatenate([latent_p, pose], -1))], axis=-1)

    def _ifed(self, faces: Array, texts: EncodedTexts) -> tuple[Array, Array]:
        told = self._projected(texts)
        for at in range(self.layout.text_layers):
            told = self._transformer(f"ifed.text_branch.{at}", told, self.layout.text_heads)
        for at in range(self.layout.face_layers):
            faces = self._transformer(f"ifed.face_branch.{at}", faces, 1)
        for at in range(self.layout.caft_layers):
            name = f"ifed.crossings.{at}"
            faces, told = (self._crossed(f"{name}.face", faces, told, self.layout.text_heads),
                           self._crossed(f"{name}.text", told, faces, 1))
        fused = np.concatenate([self._normed("ifed.norm_text", told),
                                self._normed("ifed.norm_face", faces)], axis=-1)
        return (self._linear("ifed.to_expression", fused), self._linear("ifed.to_pose", fused))

    def _projected(self, texts: EncodedTexts) -> Array:
        name = "ifed.text_projection"
        asked = self.tensors[f"{name}.questions"] @ self.tensors[f"{name}.key.weight"]
        scores = texts.tokens @ asked.T / np.float32(self.layout.text_dim**0.5)
        empty = ~texts.mask & texts.mask.any(axis=1, keepdims=True)
        scores = np.where(empty[:, :, None], -np.inf, scores)
        pooled = _softmax(scores.transpose(0, 2, 1)) @ texts.tokens
        return self._linear(f"{name}.value", pooled)

    def _transformer(self, name: str, rows: Array, heads: int) -> Array:
        normed = self._normed(f"{name}.norm_attention", rows)
        rows = rows + self._attention(f"{name}.attention", normed, normed, heads)
        raised = _gelu(self._linear(f"{name}.inner", self._normed(f"{name}.norm_forward", rows)))
        return rows + self._linear(f"{name}.outer", raised)

    def _crossed(self, name: str, own: Array, other: Array, heads: int) -> Array:
        asking = self._linear(f"{name}.there", own[:, :1])
        joined = self._normed(f"{name}.norm", np.concatenate([asking, other[:, 1:]], axis=1))
        met = self._attention(f"{name}.attention", joined[:, :1], joined, heads) + asking
        return np.concatenate([self._linear(f"{name}.back", met), own[:, 1:]], axis=1)

    def _attention(self, name: str, asking: Array, rows: Array, heads: int) -> Array:
        width = rows.shape[-1]
        count = heads if width % heads == 0 else 1
        ask, key, value = (
            self._linear(f"{name}.{part}", given)
            .reshape(*given.shape[:2], count, width // count).transpose(0, 2, 1, 3)
            for part, given in (("ask", asking), ("key", rows), ("value", rows)))
        shares = _softmax(ask @ key.transpose(0, 1, 3, 2) / np.float32((width // count) ** 0.5))
        mixed = (shares @ value).transpose(0, 2, 1, 3).reshape(asking.shape)
        return self._linear(f"{name}.out", mixed)

    def _three_layers(self, name: str, rows: Array) -> Array:
        for at in (0, 2):
            rows = np.maximum(self._linear(f"{name}.{at}", rows), 0.0)
        return self._linear(f"{name}.4", rows)

    def _linear(self, name: str, rows: Array) -> Array:
        return np.asarray(rows @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"])

    def _normed(self, name: str, rows: Array) -> Array:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
        return np.asarray(centred / spread * self.tensors[f"{name}.weight"]
                          + self.tensors[f"{name}.bias"])


def plain_i2fet(
    layout: GeneratorLayout, tensors: Mapping[str, npt.NDArray[Any]], name: str
) -> PlainI2fet:
    """Of a file's tensors; what the encoders need may be there or not.

    Raises CheckpointError `checkpoint-misfit` where a tensor is missing, of another shape or wild.
    """
    made = {}
    for key, shape in shapes_of(layout).items():
        array = tensors.get(key)
        if array is None or array.shape != shape or array.dtype.kind != "f" or (
                not np.abs(array).max(initial=0.0) <= LARGEST):  # NaN is not, either
            raise CheckpointError("checkpoint-misfit", f"{name} lacks {key} as it should be.",
                                  "The file belongs to another version, or is damaged.")
        made[key] = np.ascontiguousarray(array, np.float32)
    return PlainI2fet(layout, made)


def shapes_of(layout: GeneratorLayout) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all that decoding needs."""
    row, dim, wide = layout.row, layout.text_dim, layout.hidden
    count, pose, latent = layout.expression, layout.pose_condition, layout.latent
    text = "ifed.text_projection"
    shapes: dict[str, tuple[int, ...]] = {f"{text}.questions": (2, dim),
                                          f"{text}.key.weight": (dim, dim)}
    pairs = {f"{text}.value": (dim, dim), "ifed.to_expression": (count, dim + row),
             "ifed.to_pose": (pose, dim + row), "latent_to_expression": (count, latent),
             "latent_to_jaw": (row - count, latent)}
    for branch, width, layers in (("face", row, layout.face_layers),
                                  ("text", dim, layout.text_layers)):
        inner = max(1, round(width * layout.feed_forward))
        for at in range(layers):
            part = f"ifed.{branch}_branch.{at}"
            pairs |= _attention_shapes(f"{part}.attention", width)
            pairs |= {f"{part}.inner": (inner, width), f"{part}.outer": (width, inner)}
            shapes |= _norm_shapes(f"{part}.norm_attention", width)
            shapes |= _norm_shapes(f"{part}.norm_forward", width)
        shapes |= _norm_shapes(f"ifed.norm_{branch}", width)
    for at in range(layout.caft_layers):
        for branch, own, other in (("face", row, dim), ("text", dim, row)):
            part = f"ifed.crossings.{at}.{branch}"
            pairs |= _attention_shapes(f"{part}.attention", other)
            pairs |= {f"{part}.there": (other, own), f"{part}.back": (own, other)}
            shapes |= _norm_shapes(f"{part}.norm", other)
    for part, given, told in (("decode_expression", latent + count, count),
                              ("decode_pose", latent + pose, row - count)):
        pairs |= {f"{part}.0": (wide, given), f"{part}.2": (wide, wide), f"{part}.4": (told, wide)}
    for key, shape in pairs.items():
        shapes |= {f"{key}.weight": shape, f"{key}.bias": shape[:1]}
    return shapes


def _attention_shapes(name: str, width: int) -> dict[str, tuple[int, int]]:
    return {f"{name}.{part}": (width, width) for part in ("ask", "key", "value", "out")}


def _norm_shapes(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _gelu(rows: Array) -> Array:
    """Hendrycks and Gimpel 2016, the approximation by tanh."""
    inner = np.float32((2.0 / np.pi) ** 0.5) * (rows + np.float32(0.044715) * rows**3)
    return np.asarray(0.5 * rows * (1.0 + np.tanh(inner)))
