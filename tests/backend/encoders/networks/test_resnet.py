# SPDX-License-Identifier: GPL-3.0-or-later
"""ResNet-50: the published keys and shapes, and the quick form that says the same."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from flamewheel.encoders.networks.resnet import ResNet50, ResNetEncoder, fold_norms


@pytest.fixture(scope="module")
def trained() -> ResNetEncoder:
    """An encoder whose batch norms are not the identity and whose signal does not fade."""
    torch.manual_seed(3)
    encoder = ResNetEncoder(7)
    for module in encoder.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0.0, 0.1)
            module.running_var.uniform_(0.8, 1.2)
            nn.init.uniform_(module.weight, 0.6, 0.9)
            nn.init.normal_(module.bias, 0.0, 0.1)
    return encoder.eval()


def test_the_keys_are_those_of_the_published_files() -> None:
    with torch.device("meta"):
        keys = ResNet50().state_dict()
        assert len(ResNetEncoder(236).state_dict()) == 322
    assert len(keys) == 318
    assert keys["conv1.weight"].shape == (64, 3, 7, 7)
    assert keys["layer1.0.downsample.0.weight"].shape == (256, 64, 1, 1)
    assert keys["layer3.5.conv2.weight"].shape == (256, 256, 3, 3)
    assert keys["layer4.2.bn3.running_var"].shape == (2048,)
    assert sum(key.endswith("num_batches_tracked") for key in keys) == 53


def test_folded_says_the_same(trained: ResNetEncoder) -> None:
    pictures = torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(1))
    quick = copy.deepcopy(trained)
    fold_norms(quick)
    with torch.inference_mode():
        want, got = trained(pictures), quick(pictures)
    assert want.abs().max() > 0.01
    torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-5)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in quick.modules())


def test_the_order_of_colours_matters(trained: ResNetEncoder) -> None:
    pictures = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(2))
    pictures[:, 0] *= 0.2
    with torch.inference_mode():
        want, got = trained.encoder(pictures), trained.encoder(pictures.flip(1))
    assert (want - got).abs().max() > 0.01 * want.abs().max()
