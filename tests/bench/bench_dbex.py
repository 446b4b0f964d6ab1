# SPDX-License-Identifier: GPL-3.0-or-later
"""An expression database of 1,000 photos: its time against that of encoding the photos alone.

CPU seconds, of all threads: a minute of work on a machine that others use, too, is not told by the
clock on the wall.

    python tests/bench/bench_dbex.py [COUNT]

Needs the photos of `../shared/faces`; says so and measures nothing where they are absent.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from flamewheel.encoders.landmark import encode_photo
from flamewheel.errors import PhotoError
from flamewheel.head.registry import find_head
from flamewheel.labelled_photos import is_held_out
from flamewheel.pipeline.photo_database import BuiltDatabase, build_photo_database

FACES = Path(__file__).resolve().parents[3] / "shared" / "faces"
COUNT = 1000


def copied(count: int, folder: Path) -> list[Path]:
    """The first photos that are not held out, with their labels, in a folder of their own."""
    with open(FACES / "labels.csv", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if not is_held_out(row["subject"])][:count]
    (folder / "images").mkdir()
    with open(folder / "labels.csv", "w", newline="") as stream:
        table = csv.DictWriter(stream, ["image", "subject", "emotion"])
        table.writeheader()
        table.writerows(rows)
    return [Path(shutil.copy(FACES / "images" / row["image"], folder / "images")) for row in rows]


def encoded_alone(photos: list[Path]) -> float:
    """CPU seconds to encode them one after another."""
    head = find_head("open")
    encode_photo(photos[0], head)  # what is learned of the head once is not the photos' time
    start = time.process_time()
    for photo in photos:
        try:
            encode_photo(photo, head)
        except PhotoError:
            continue
    return time.process_time() - start


def built(folder: Path) -> tuple[BuiltDatabase, float]:
    """The database and the CPU seconds it took."""
    start = time.process_time()
    found = build_photo_database(folder)
    return found, time.process_time() - start


def main() -> int:
    """Print the table."""
    if not FACES.is_dir():
        print(f"not measured: {FACES} is absent")
        return 0
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "photos"
        folder.mkdir()
        os.environ["FLAMEWHEEL_CACHE"] = str(Path(place) / "cache")
        photos = copied(count, folder)
        alone = encoded_alone(photos)
        first, whole = built(folder)
        again, resumed = built(folder)
    print(f"{len(photos)} photos, {first.faces} faces, {len(first.database.labels)} entries")
    print(f"encoding alone   {alone:7.1f} s (CPU)  {1e3 * alone / len(photos):6.1f} ms a photo")
    print(f"whole database   {whole:7.1f} s  {whole / alone:6.2f} of encoding alone (aim: 1.1)")
    print(f"run again        {resumed:7.1f} s  {resumed / alone:6.2f}, "
          f"{again.from_cache} photos known")
    return 0


if __name__ == "__main__":
    sys.exit(main())
