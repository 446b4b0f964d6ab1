# SPDX-License-Identifier: GPL-3.0-or-later
"""CLIP's text model (Radford et al. 2021) from a folder of the user's; nothing is downloaded.

Paper 002 takes ViT-L/14: x^t has 77 tokens of 768 numbers.  The folder is what
`save_pretrained` of transformers writes (config, tokenizer, `model.safetensors` or a torch file),
of a whole CLIP or of its text half.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import CheckpointError
from .encoded import EncodedTexts

SAFE, TORCH_FILE = "model.safetensors", "pytorch_model.bin"
KINDS = ("clip", "clip_text_model")
LARGEST_CONFIG = 1 << 20  # bytes; published ones have 5 KB
AT_ONCE = 64  # sentences in a pass
NAMED_AT_MOST = 3
_HINT = ("Give the folder of a CLIP as transformers keeps it, e.g. openai/clip-vit-large-patch14, "
         "or take --encoder embedded.")


class ClipEncoder:
    """The text half of a CLIP; made by `load_clip`."""

    def __init__(self, model: Any, tokenizer: Any, tokens: int, dim: int) -> None:
        self._model, self._tokenizer = model, tokenizer
        self.tokens, self.dim, self.overall = tokens, dim, dim

    @property
    def name(self) -> str:
        """Its layout: weights trained with another CLIP of this layout cannot be told apart."""
        return f"clip-{self.tokens}x{self.dim}"

    def encode(self, texts: Sequence[str]) -> EncodedTexts:
        """Hidden states after the last norm; `overall` is the one of the end-of-text token."""
        import torch

        parts = [np.zeros((0, self.tokens, self.dim), np.float32)]
        masks = [np.zeros((0, self.tokens), bool)]
        ends = [np.zeros((0, self.dim), np.float32)]
        for at in range(0, len(texts), AT_ONCE):
            given = self._tokenizer(list(texts[at:at + AT_ONCE]), padding="max_length",
                                    max_length=self.tokens, truncation=True, return_tensors="pt")
            with torch.inference_mode():
                told = self._model(input_ids=given["input_ids"],
                                   attention_mask=given["attention_mask"])
            mask = given["attention_mask"].bool().numpy()
            parts.append(told.last_hidden_state.float().numpy() * mask[:, :, None])
            masks.append(mask)
            ends.append(told.pooler_output.float().numpy())
        return EncodedTexts(np.concatenate(parts), np.concatenate(masks), np.concatenate(ends))


def load_clip(folder: Path) -> ClipEncoder:
    """The text model in `folder`.

    Raises CheckpointError: `clip-not-found`, `clip-incomplete` (a file or weights are missing),
    `not-a-clip`, `clip-unreadable`, and `no-transformers`.
    """
    config = _config(folder)
    safe = (folder / SAFE).is_file()
    if not safe and not (folder / TORCH_FILE).is_file():
        raise CheckpointError("clip-incomplete", f"{folder} has neither {SAFE} nor {TORCH_FILE}.",
                              _HINT)
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise CheckpointError("clip-incomplete", f"{folder} has no tokenizer.", _HINT)
    transformers = _transformers()
    try:
        with _quiet(transformers):
            tokenizer = transformers.CLIPTokenizerFast.from_pretrained(
                str(folder), local_files_only=True)
            model, told = transformers.CLIPTextModel.from_pretrained(
                str(folder), config=_text_part(transformers, config), local_files_only=True,
                use_safetensors=safe, weights_only=True, output_loading_info=True)
    except Exception as bad:  # transformers raises whatever it likes on damaged input
        reason = str(bad).splitlines()[0][:200] if str(bad) else type(bad).__name__
        raise CheckpointError("clip-unreadable", f"{folder} could not be read: {reason}",
                              _HINT) from bad
    _check_whole(folder, told)
    sizes = model.config
    return ClipEncoder(model.eval(), tokenizer, int(sizes.max_position_embeddings),
                       int(sizes.hidden_size))


def _check_whole(folder: Path, told: Any) -> None:
    """A weight that the file lacks would be drawn at random: refused.  (Its place in the sentence
    is counted, not learned, and is in no newer file.)"""
    lacking = sorted(key for key in told["missing_keys"] if not key.endswith("position_ids"))
    lacking += sorted(str(key) for key in told.get("mismatched_keys", ()))
    if lacking:
        more = ", …" if len(lacking) > NAMED_AT_MOST else ""
        raise CheckpointError("clip-incomplete", f"The weights in {folder} lack "
                              f"{', '.join(lacking[:NAMED_AT_MOST])}{more}.", _HINT)


def _config(folder: Path) -> dict[str, Any]:
    """The folder's config.json, of a CLIP or its text half."""
    path = folder / "config.json"
    if not path.is_file():
        where = "has no config.json" if folder.is_dir() else "is no folder"
        raise CheckpointError("clip-not-found", f"{folder} {where}.", _HINT)
    try:
        if path.stat().st_size > LARGEST_CONFIG:
            raise ValueError("it is too large")
        config = json.loads(path.read_text(encoding="utf-8"))
        kind = str(config["model_type"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as bad:
        raise CheckpointError("clip-unreadable", f"{path} is no config of a model: {bad}",
                              _HINT) from bad
    if kind not in KINDS:
        raise CheckpointError("not-a-clip", f"{folder} holds a model of type {kind[:40]!r}, not a "
                              "CLIP.", _HINT)
    return dict(config)


def _text_part(transformers: Any, config: dict[str, Any]) -> Any:
    if config["model_type"] == "clip":
        return transformers.CLIPConfig.from_dict(config).text_config
    return transformers.CLIPTextConfig.from_dict(config)


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as missing:
        raise CheckpointError(
            "no-transformers", "CLIP needs the package transformers, which is not installed.",
            "Install it: pip install flamewheel[clip], or take --encoder embedded.") from missing
    return transformers


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """The vision half of a whole CLIP is left out, which is no news to a person."""
    log = transformers.logging
    before = log.get_verbosity()
    log.set_verbosity_error()
    try:
        yield
    finally:
        log.set_verbosity(before)
