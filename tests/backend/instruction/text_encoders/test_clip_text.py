# SPDX-License-Identifier: GPL-3.0-or-later
"""CLIP's text model from folders of its published layout, generated small."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import CheckpointError
from flamewheel.instruction.text_encoders import text_encoder

WORDS = ["turn", "this", "face", "from", "fear", "to", "joy"]
SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
         "num_attention_heads": 2, "max_position_embeddings": 77, "projection_dim": 16}


def write_tokenizer(folder: Path) -> int:
    """CLIP's two files: letters, letters that end a word, two merges, the two marks."""
    letters = [chr(code) for code in range(97, 123)]
    names = [*letters, *(f"{letter}</w>" for letter in letters), "jo", "joy</w>",
             "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({name: at for at, name in enumerate(names)}))
    (folder / "merges.txt").write_text("#version: 0.2\nj o\njo y</w>\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "CLIPTokenizer", "model_max_length": 77,
        "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>", "pad_token": "<|endoftext|>"}))
    return len(names)


@pytest.fixture
def clip_folder(tmp_path):
    """The text half of a CLIP, as `save_pretrained` writes it."""
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    import torch

    torch.manual_seed(0)
    count = write_tokenizer(tmp_path)
    config = transformers.CLIPTextConfig(
        vocab_size=count, eos_token_id=count - 1, bos_token_id=count - 2, pad_token_id=count - 1,
        **SIZES)
    transformers.CLIPTextModel(config).save_pretrained(tmp_path)
    return tmp_path


def test_tokens_and_summary(clip_folder):
    encoder = text_encoder(clip_folder)
    told = encoder.encode(["turn this face from fear to joy", "joy"])
    assert (encoder.name, encoder.tokens, encoder.dim) == ("clip-77x32", 77, 32)
    assert told.tokens.shape == (2, 77, 32) and told.tokens.dtype == np.float32
    assert told.mask[1].sum() == 3  # start, joy, end
    np.testing.assert_allclose(told.overall[1], told.tokens[1, 2], atol=1e-5)
    assert np.abs(told.tokens[0, 1] - told.tokens[1, 1]).max() > 1e-3
    assert encoder.encode([]).tokens.shape == (0, 77, 32)


def test_sentences_do_not_depend_on_their_neighbours(clip_folder):
    encoder = text_encoder(clip_folder)
    alone, beside = encoder.encode(["joy"]), encoder.encode(["turn this face", "joy"])
    np.testing.assert_allclose(alone.tokens[0], beside.tokens[1], atol=1e-5)


def test_a_whole_clip_gives_its_text_half(clip_folder, tmp_path_factory):
    transformers = pytest.importorskip("transformers")
    whole = tmp_path_factory.mktemp("whole")
    count = write_tokenizer(whole)
    text = {"vocab_size": count, "eos_token_id": count - 1, **SIZES}
    vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1,
              "num_attention_heads": 2, "image_size": 32, "patch_size": 16}
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)
    model = transformers.CLIPModel(config)
    model.text_model.load_state_dict(
        transformers.CLIPTextModel.from_pretrained(clip_folder).text_model.state_dict()
        if hasattr(transformers.CLIPTextModel.from_pretrained(clip_folder), "text_model")
        else transformers.CLIPTextModel.from_pretrained(clip_folder).state_dict())
    model.save_pretrained(whole)
    one, other = text_encoder(clip_folder), text_encoder(whole)
    np.testing.assert_allclose(one.encode(["joy"]).tokens, other.encode(["joy"]).tokens, atol=1e-5)


def test_missing_weights_are_refused_not_drawn(clip_folder):
    torch_file = pytest.importorskip("safetensors.torch")
    path = clip_folder / "model.safetensors"
    tensors = torch_file.load_file(path)
    tensors.pop(next(name for name in tensors if "fc1.weight" in name))
    torch_file.save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(CheckpointError) as refused:
        text_encoder(clip_folder)
    assert refused.value.code == "clip-incomplete" and "fc1" in refused.value.message


def test_a_torch_file_is_read_as_weights_only(clip_folder):
    import torch

    torch_file = pytest.importorskip("safetensors.torch")
    path = clip_folder / "model.safetensors"
    expected = text_encoder(clip_folder).encode(["joy"]).tokens
    torch.save(torch_file.load_file(path), clip_folder / "pytorch_model.bin")
    path.unlink()
    np.testing.assert_allclose(text_encoder(clip_folder).encode(["joy"]).tokens, expected,
                               atol=1e-6)
    torch.save({"evil": Bomb()}, clip_folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError) as refused:
        text_encoder(clip_folder)
    assert refused.value.code == "clip-unreadable" and not Bomb.went_off


class Bomb:
    """Unpickled, it would run code."""

    went_off = False

    def __reduce__(self):
        return setattr, (Bomb, "went_off", True)


def folder_with(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / name.replace("__", ".")).write_text(text)
    return tmp_path


@pytest.mark.parametrize(("files", "code"), [
    ({}, "clip-not-found"),
    ({"config__json": "{"}, "clip-unreadable"),
    ({"config__json": "[]"}, "clip-unreadable"),
    ({"config__json": '{"model_type": "bert"}'}, "not-a-clip"),
    ({"config__json": '{"model_type": "clip"}'}, "clip-incomplete"),
    ({"config__json": '{"model_type": "clip"}', "model__safetensors": ""}, "clip-incomplete"),
])
def test_folders_that_hold_no_clip(tmp_path, files, code):
    with pytest.raises(CheckpointError) as refused:
        text_encoder(folder_with(tmp_path, **files))
    assert refused.value.code == code and refused.value.hint


def test_no_folder_at_all(tmp_path):
    with pytest.raises(CheckpointError) as refused:
        text_encoder(tmp_path / "nowhere")
    assert refused.value.code == "clip-not-found"


def test_damaged_weights(tmp_path):
    pytest.importorskip("transformers", reason="transformers is not installed")
    write_tokenizer(tmp_path)
    folder = folder_with(tmp_path, config__json='{"model_type": "clip_text_model"}',
                         model__safetensors="nothing of the kind")
    with pytest.raises(CheckpointError) as refused:
        text_encoder(folder)
    assert refused.value.code == "clip-unreadable"


def test_without_transformers_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    folder = folder_with(tmp_path, config__json='{"model_type": "clip"}', model__safetensors="",
                         tokenizer__json="{}")
    with pytest.raises(CheckpointError) as refused:
        text_encoder(folder)
    assert refused.value.code == "no-transformers" and "flamewheel[clip]" in refused.value.hint
