# SPDX-License-Identifier: GPL-3.0-or-later
"""IFED and I2FET against their equations, computed naively; what each depends on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from flamewheel.errors import CheckpointError
from flamewheel.instruction.networks.i2fet import I2fet, divergence
from flamewheel.instruction.networks.ifed import Ifed
from flamewheel.instruction.networks.layout import (
    MOTIONCLIP,
    NO_IFED,
    GeneratorLayout,
    NeutralLayout,
    generator_layout,
    neutral_layout,
)
from flamewheel.instruction.networks.motionclip import MotionClip, misalignment
from flamewheel.instruction.networks.ned import Ned
from flamewheel.instruction.networks.plain import plain_i2fet, shapes_of
from flamewheel.instruction.networks.trained import new_network, noise, told_of
from flamewheel.instruction.text_encoders import text_encoder

TEXTS = ["Turn this face from fear to joy.", "from anger to sadness", ""]


@pytest.fixture(scope="module")
def encoded():
    return text_encoder().encode(TEXTS)


def layout_of(encoded, **more):
    return GeneratorLayout(7, *encoded.tokens.shape[1:], encoded.overall.shape[1], hidden=12,
                           **more)


def weights_of(module):
    return {name: value.detach().double().numpy() for name, value in module.state_dict().items()}


def linear(given, name, row):
    return given[f"{name}.weight"] @ row + given[f"{name}.bias"]


def layer_norm(given, name, row):
    spread = np.sqrt(((row - row.mean()) ** 2).mean() + 1e-5)
    return (row - row.mean()) / spread * given[f"{name}.weight"] + given[f"{name}.bias"]


def attended(given, name, asking, rows, heads):
    """One question over some rows, head by head."""
    keys = [linear(given, f"{name}.key", row) for row in rows]
    values = [linear(given, f"{name}.value", row) for row in rows]
    question = linear(given, f"{name}.ask", asking)
    told = []
    for part in np.split(np.arange(len(question)), heads):
        scores = np.array([question[part] @ key[part] for key in keys]) / np.sqrt(len(part))
        shares = np.exp(scores) / np.exp(scores).sum()
        told.append(sum(share * value[part] for share, value in zip(shares, values, strict=True)))
    return linear(given, f"{name}.out", np.concatenate(told))


def eq1(given, name, rows, heads):
    normed = [layer_norm(given, f"{name}.norm_attention", row) for row in rows]
    rows = [row + attended(given, f"{name}.attention", one, normed, heads)
            for row, one in zip(rows, normed, strict=True)]
    told = []
    for row in rows:
        inner = linear(given, f"{name}.inner", layer_norm(given, f"{name}.norm_forward", row))
        gelu = 0.5 * inner * (1 + np.tanh(np.sqrt(2 / np.pi) * (inner + 0.044715 * inner**3)))
        told.append(row + linear(given, f"{name}.outer", gelu))
    return told


def eq2(given, name, own, other, heads):
    y = linear(given, f"{name}.there", own[0])  # h(x̂_0)
    joined = [layer_norm(given, f"{name}.norm", row) for row in (y, other[1])]  # ⊗
    met = attended(given, f"{name}.attention", joined[0], joined, heads) + y  # CA + y
    return [linear(given, f"{name}.back", met), own[1]]  # g(…) ⊗ x̂_1


def naive_ifed(given, layout, faces, tokens, mask):
    """Eq. 1 to 4 for one sentence."""
    words = tokens[mask].astype(np.float64)
    texts = []
    for question in given["text_projection.questions"]:
        scores = np.array([question @ (given["text_projection.key.weight"] @ word)
                           for word in words]) / np.sqrt(layout.text_dim)
        shares = np.exp(scores) / np.exp(scores).sum()
        texts.append(linear(given, "text_projection.value", shares @ words))
    for at in range(layout.text_layers):
        texts = eq1(given, f"text_branch.{at}", texts, layout.text_heads)
    for at in range(layout.face_layers):
        faces = eq1(given, f"face_branch.{at}", faces, 1)
    faces, texts = (eq2(given, "crossings.0.face", faces, texts, layout.text_heads),
                    eq2(given, "crossings.0.text", texts, faces, 1))
    fused = [np.concatenate([layer_norm(given, "norm_text", text),
                             layer_norm(given, "norm_face", face)])
             for text, face in zip(texts, faces, strict=True)]
    return (np.array([linear(given, "to_expression", row) for row in fused]),
            np.array([linear(given, "to_pose", row) for row in fused]))


def test_ifed_is_equations_1_to_4(encoded):
    layout = layout_of(encoded)
    torch.manual_seed(1)
    network = Ifed(layout).double()
    faces = torch.randn(3, 2, layout.row, dtype=torch.float64)
    told = told_of(encoded)
    found = network(faces, network.texts(told.tokens.double(), told.mask))
    assert found.expression.shape == (3, 2, 7) and found.pose.shape == (3, 2, 6)
    for at in (0, 1):
        wanted = naive_ifed(weights_of(network), layout, list(faces[at].numpy()),
                            encoded.tokens[at], encoded.mask[at])
        np.testing.assert_allclose(found.expression[at].detach(), wanted[0], atol=1e-9)
        np.testing.assert_allclose(found.pose[at].detach(), wanted[1], atol=1e-9)


def test_i2fet_is_equations_5_to_10(encoded):
    layout = layout_of(encoded)
    torch.manual_seed(2)
    network = I2fet(layout)
    faces, drawn = torch.randn(3, 2, layout.row), torch.randn(3, 2, 32)
    told = told_of(encoded)
    texts = network.ifed.texts(told.tokens, told.mask)
    given = network.ifed(faces, texts)
    mean_e, log_e = network.encode_expression(
        torch.cat([faces[..., :7], given.expression], -1)).chunk(2, -1)  # eq. 5
    mean_p, log_p = network.encode_pose(
        torch.cat([faces[..., 7:], given.pose], -1)).chunk(2, -1)  # eq. 6
    z_e = log_e.exp().sqrt() * drawn[..., :16] + mean_e  # eq. 7
    z_p = log_p.exp().sqrt() * drawn[..., 16:] + mean_p
    back = network.ifed(torch.cat([network.latent_to_expression(z_e),
                                   network.latent_to_jaw(z_p)], -1), texts)  # eq. 8
    jaw = network.decode_pose(torch.cat([z_p, back.pose], -1))  # eq. 9
    psi = network.decode_expression(torch.cat([z_e, back.expression], -1))  # eq. 10
    rebuilt = network(faces, told, drawn)
    torch.testing.assert_close(rebuilt.faces, torch.cat([psi, jaw], -1))
    torch.testing.assert_close(rebuilt.latents.mean_expression, mean_e)


def test_divergence_is_as_printed():
    mean, log = torch.randn(4, 2, 16), torch.randn(4, 2, 16)
    printed = 0.5 * (-(log + 1).sum(-1) + log.exp().sum(-1) + (mean**2).sum(-1))
    torch.testing.assert_close(divergence(mean, log), printed.mean())
    assert float(divergence(torch.zeros(1, 2, 16), torch.zeros(1, 2, 16))) == 0.0


def test_published_sizes():
    """R^53 in, 77 x 768 of text."""
    network = I2fet(GeneratorLayout(50, 77, 768, 768, hidden=64, text_heads=8))
    assert network.encode_pose[0].in_features == 3 + 6
    assert network.encode_expression[-1].out_features == 32
    told = torch.randn(1, 77, 768), torch.ones(1, 77, dtype=torch.bool), torch.randn(1, 768)
    from flamewheel.instruction.networks.i2fet import Told

    rebuilt = network(torch.randn(1, 2, 53), Told(*told), torch.randn(1, 2, 32))
    assert rebuilt.faces.shape == (1, 2, 53)


@pytest.mark.parametrize("more", [{}, {"caft_layers": 2, "face_layers": 1}, {"text_layers": 2}])
def test_numpy_samples_what_torch_samples(encoded, more):
    layout = layout_of(encoded, **more)
    torch.manual_seed(3)
    network = I2fet(layout).eval()
    tensors = {name: value.numpy() for name, value in network.state_dict().items()}
    drawn = noise(3, layout.latent, 5)
    with torch.no_grad():
        wanted = network.sampled(told_of(encoded), torch.from_numpy(drawn))
    plain = plain_i2fet(layout, tensors, "file")
    np.testing.assert_allclose(plain.sampled(encoded, drawn), wanted, atol=2e-5)
    assert plain.sampled(encoded.take([]), noise(0, 16, 0)).shape == (0, 2, layout.row)
    decoding = {name for name in tensors if not name.startswith("encode_")}
    assert set(shapes_of(layout)) == decoding


def test_numpy_refuses_what_does_not_fit(encoded):
    layout = layout_of(encoded)
    tensors = {name: np.zeros(shape, np.float32) for name, shape in shapes_of(layout).items()}
    for broken in (
        {name: value for name, value in tensors.items() if name != "latent_to_jaw.bias"},
        {**tensors, "latent_to_jaw.bias": np.zeros(4, np.float32)},
        {**tensors, "latent_to_jaw.bias": np.full(3, np.nan, np.float32)},
    ):
        with pytest.raises(CheckpointError) as refused:
            plain_i2fet(layout, broken, "file")
        assert refused.value.code == "checkpoint-misfit"


def test_without_ifed_the_conditions_do_not_see_the_face(encoded):
    network = new_network(layout_of(encoded, variant=NO_IFED))
    told = told_of(encoded)
    assert network.ifed is None and network.texts(told) is None
    latents = torch.zeros(3, 2, 16), torch.randn(3, 2, 16)
    first = network.decoded(*latents, told, None)
    other = network.decoded(latents[0], -latents[1], told, None)
    torch.testing.assert_close(first[..., :7], other[..., :7])  # expression knows no pose
    with_ifed = new_network(layout_of(encoded))
    texts = with_ifed.texts(told)
    first = with_ifed.decoded(*latents, told, texts)
    other = with_ifed.decoded(latents[0], -latents[1], told, texts)
    assert (first[..., :7] - other[..., :7]).abs().max() > 1e-4


def test_motionclip_style_baseline(encoded):
    network = new_network(layout_of(encoded, variant=MOTIONCLIP, motion_width=16))
    assert isinstance(network, MotionClip)
    faces = torch.randn(3, 2, 10)
    latents = network.encoded(faces)
    assert latents.shape == (3, encoded.overall.shape[1])
    assert network.decoded(latents).shape == (3, 2, 10)
    torch.testing.assert_close(network.decoded(latents), network.decoded(3.0 * latents))
    assert (latents - network.encoded(faces.flip(1))).abs().max() > 1e-4  # order matters
    assert misalignment(latents, 2.0 * latents).item() == pytest.approx(0.0, abs=1e-6)


def test_motionclip_aims_at_what_tells_sentences_apart(encoded):
    network = new_network(layout_of(encoded, variant=MOTIONCLIP, motion_width=16))
    sentences = torch.from_numpy(encoded.overall[:2])
    before = torch.cosine_similarity(*sentences, dim=0)
    network.know(sentences)
    after = torch.cosine_similarity(*network.aim(sentences), dim=0)
    assert before > 0.5 > after
    assert {"centre", "spread"} <= set(network.state_dict())


def test_ned_has_four_and_four_layers():
    network = Ned(NeutralLayout(7))
    for part in (network.encoder[0], network.expression, network.pose):
        assert sum(isinstance(layer, torch.nn.Linear) for layer in part) == 4
    assert network(torch.randn(5, 10)).shape == (5, 10)


def test_layouts_of_files_are_checked(encoded):
    facts = layout_of(encoded).as_facts()
    assert generator_layout(facts) == layout_of(encoded)
    neutral = NeutralLayout(7)
    assert neutral_layout(neutral.as_facts()) == neutral
    for broken in ({}, [], {**facts, "more": 1}, {**facts, "variant": "other"},
                   {**facts, "hidden": 1 << 40}, {**facts, "latent": -3}, {**facts, "latent": "16"},
                   {**facts, "latent": True}, {**facts, "feed_forward": float("nan")},
                   {**facts, "hidden": 3.5}, {**facts, "face_layers": 1000}):
        with pytest.raises(CheckpointError):
            generator_layout(broken)
    assert replace(layout_of(encoded), hidden=13).as_facts()["hidden"] == 13
