# SPDX-License-Identifier: GPL-3.0-or-later
"""LPIPS on files of the published layout, against eq. 1 of its paper step by step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from flamewheel.errors import CheckpointError, UsageError
from flamewheel.evaluation.lpips_files import load_lpips

# torchvision's AlexNet and VGG-16: number of each convolution -> its shape; lpips 0.1's taps.
ALEX = {0: (64, 3, 11, 11), 3: (192, 64, 5, 5), 6: (384, 192, 3, 3), 8: (256, 384, 3, 3),
        10: (256, 256, 3, 3)}
ALEX_CHANNELS = (64, 192, 384, 256, 256)
VGG = {number: (leaving, entering, 3, 3) for number, entering, leaving in (
    (0, 3, 64), (2, 64, 64), (5, 64, 128), (7, 128, 128), (10, 128, 256), (12, 256, 256),
    (14, 256, 256), (17, 256, 512), (19, 512, 512), (21, 512, 512), (24, 512, 512),
    (26, 512, 512), (28, 512, 512))}
VGG_CHANNELS = (64, 128, 256, 512, 512)
VGG_TAPS, VGG_POOLS = (2, 7, 14, 21, 28), (4, 9, 16, 23)


def tensors(shapes: dict[int, tuple[int, ...]], seed: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    made = {}
    for number, shape in shapes.items():
        fan = float(np.prod(shape[1:]))
        made[f"features.{number}.weight"] = torch.randn(shape, generator=generator) / fan**0.5
        made[f"features.{number}.bias"] = 0.1 * torch.randn(shape[0], generator=generator)
    made["classifier.1.weight"] = torch.zeros(4, 4)  # what LPIPS has no use for
    return made


def lin(channels: tuple[int, ...]) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(9)
    return {f"lin{k}.model.1.weight": torch.rand(1, count, 1, 1, generator=generator)
            for k, count in enumerate(channels)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("lpips")
    torch.save(tensors(ALEX, 1), where / "alexnet.pth")
    torch.save(lin(ALEX_CHANNELS), where / "alex.pth")
    torch.save(lin(ALEX_CHANNELS), where / "old.pth", _use_new_zipfile_serialization=False)
    torch.save(tensors(VGG, 2), where / "vgg16.pth")
    torch.save(lin(VGG_CHANNELS), where / "vgg.pth")
    return where


def naive(one: np.ndarray, other: np.ndarray, *, vgg: bool) -> float:
    weights = tensors(VGG if vgg else ALEX, 2 if vgg else 1)
    mixing = lin(VGG_CHANNELS if vgg else ALEX_CHANNELS)

    def features(picture: np.ndarray) -> list[torch.Tensor]:
        x = torch.tensor(picture.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
        x = (x - torch.tensor([-.030, -.088, -.188])[:, None, None]) / torch.tensor(
            [.458, .448, .450])[:, None, None]
        found = []
        for number in (VGG if vgg else ALEX):
            if vgg and number - 1 in VGG_POOLS:
                x = functional.max_pool2d(x, 2, 2)
            if not vgg and number in (3, 6):
                x = functional.max_pool2d(x, 3, 2)
            stride, pad = (1, 1) if vgg else {0: (4, 2), 3: (1, 2)}.get(number, (1, 1))
            x = functional.conv2d(x, weights[f"features.{number}.weight"],
                                  weights[f"features.{number}.bias"], stride, pad).relu()
            if not vgg or number in VGG_TAPS:
                found.append(x)
        return found

    total = 0.0
    for k, (a, b) in enumerate(zip(features(one), features(other), strict=True)):
        a = a / (a.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)
        b = b / (b.pow(2).sum(1, keepdim=True).sqrt() + 1e-10)
        row = mixing[f"lin{k}.model.1.weight"].flatten()
        total += float(((a - b).pow(2)[0] * row[:, None, None]).sum(0).mean())
    return total


def pair(side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    one = rng.integers(0, 256, (side, side, 3)).astype(np.uint8)
    return one, np.clip(one + rng.normal(0, 30, one.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("backbone", "weights"), [
    ("alexnet.pth", "alex.pth"), ("alexnet.pth", "old.pth"), ("vgg16.pth", "vgg.pth")])
def test_it_is_the_paper_s_equation(folder: Path, backbone: str, weights: str) -> None:
    measure = load_lpips(folder / backbone, folder / weights)
    one, other = pair()
    assert measure.between(one, other) == pytest.approx(
        naive(one, other, vgg="vgg" in backbone), rel=1e-4)
    assert measure.between(one, one) == 0.0


def test_files_that_do_not_belong_are_refused(folder: Path, tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(2)}, tmp_path / "other.pth")
    (tmp_path / "text.pth").write_text("no weights")
    lacking = lin(ALEX_CHANNELS)
    del lacking["lin3.model.1.weight"]
    torch.save(lacking, tmp_path / "lacking.pth")
    for backbone, weights, code in (
            (folder / "none.pth", folder / "alex.pth", "checkpoint-not-found"),
            (folder / "alexnet.pth", folder / "none.pth", "checkpoint-not-found"),
            (folder / "alex.pth", folder / "alexnet.pth", "checkpoint-keys"),
            (tmp_path / "other.pth", folder / "alex.pth", "checkpoint-keys"),
            (tmp_path / "text.pth", folder / "alex.pth", "not-a-checkpoint"),
            (folder / "vgg16.pth", tmp_path / "lacking.pth", "checkpoint-keys"),
            (folder / "alexnet.pth", tmp_path / "lacking.pth", "checkpoint-keys")):
        with pytest.raises(CheckpointError) as refused:
            load_lpips(backbone, weights)
        assert refused.value.code == code, (backbone.name, weights.name)
        assert refused.value.hint


def test_a_pickle_that_would_run_something_is_not_opened(folder: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path(tmp_path / "ran").write_text, ("it ran",))

    for old in (True, False):
        torch.save({"features.0.weight": Evil()}, tmp_path / "evil.pth",
                   _use_new_zipfile_serialization=not old)
        with pytest.raises(CheckpointError):
            load_lpips(tmp_path / "evil.pth", folder / "alex.pth")
    assert not (tmp_path / "ran").exists()


def test_pictures_that_cannot_be_compared_are_refused(folder: Path) -> None:
    measure = load_lpips(folder / "alexnet.pth", folder / "alex.pth")
    one, _ = pair()
    for bad, code in ((one[:, 1:], "bad-images"), (one[..., 0], "bad-images")):
        with pytest.raises(UsageError) as refused:
            measure.between(one, bad)
        assert refused.value.code == code
    with pytest.raises(UsageError) as small:
        measure.between(one[:20], one[:20])
    assert small.value.code == "image-too-small"
