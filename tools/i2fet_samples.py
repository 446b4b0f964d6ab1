# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws takes of the wheel's emotions by a generator: a row for each emotion, a column a seed.

    .venv/bin/python tools/i2fet_samples.py docs/images/i2fet_samples.png [--weights W.npz]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from flamewheel.head.model import HeadModel
from flamewheel.instruction.generator import load_generator
from flamewheel.instruction.plan import EmotionMix
from flamewheel.render.studio import Studio
from flamewheel.wheel_names import NEUTRAL, WHEEL_ORDER

MARGIN = 90  # pixels for the names


def main() -> None:
    """Draw the sheet."""
    parser = argparse.ArgumentParser(description="Draw takes of every emotion.")
    parser.add_argument("output", type=Path)
    parser.add_argument("--weights", type=Path, help="the shipped ones by default")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--side", type=int, default=150, help="pixels of a face")
    options = parser.parse_args()
    generator = load_generator(options.weights)
    studio, model, side = Studio(generator.head), HeadModel(generator.head), options.side
    size = (MARGIN + side * options.seeds, side * len(WHEEL_ORDER))
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for row, emotion in enumerate(WHEEL_ORDER):
        pen.text((5, side * row + side // 2), emotion, fill="black")
        for seed in range(options.seeds):
            code = generator.faces((EmotionMix(NEUTRAL), EmotionMix(emotion)), seed)[1]
            pose = np.zeros((1, 5, 3))
            pose[0, 2] = code.jaw
            vertices = model.vertices(None, code.expression[None], pose)[0].numpy()
            face = Image.fromarray(studio.picture(vertices, code.expression, side))
            sheet.paste(face, (MARGIN + side * seed, side * row))
    sheet.quantize(200, dither=Image.Dither.NONE).save(options.output, optimize=True)


if __name__ == "__main__":
    main()
