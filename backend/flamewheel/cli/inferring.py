# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel infer`: which emotion a face shows."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from .. import pipeline
from ..errors import FlamewheelError, PhotoError, UsageError
from ..parameters import EmotionReading, FaceParameters
from .options import Subparsers, add_head_option, add_output_option, add_verb
from .places import check_places, named_path, refuse_unheard
from .report import one_line, print_json, print_notes, progress_line

PARAMETER_FILES = (".json", ".npz")
BAR = 20  # characters of a certain emotion's bar


def add_infer(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The command."""
    verb = add_verb(verbs, common, "infer", "Name the emotion of faces in photos or files.")
    verb.add_argument(
        "sources", type=named_path, nargs="+", metavar="SOURCE",
        help="a photo, a folder of photos, or a parameter file (.json, .npz)")
    verb.add_argument("--face", type=int, metavar="NUMBER",
                      help="which of several faces in a photo, 1 = largest")
    verb.add_argument("--recogniser", type=Path, metavar="FILE",
                      help="a file of `flamewheel train recogniser`; the embedded one by default")
    verb.add_argument(
        "--image-model", default=pipeline.EMBEDDED, metavar="FILE",
        help='a 2D model that looks at the photo too: ONNX (.onnx) or TorchScript (.pt), '
             '"embedded" (the default) or "none"')
    verb.add_argument("--fusion", choices=("weighted", "mean", "max"),
                      help="how the 2D model is joined to what parameters say")
    add_output_option(verb, "the parameter file with its emotion, of a single source "
                            "(.json or .npz)")
    add_head_option(verb)
    verb.set_defaults(run=infer)


def infer(options: Namespace) -> None:
    """Every source by itself; a photo without a face does not stop the others."""
    sources, notes = _gathered(options.sources)
    _refuse_what_is_not_used(sources, options)
    if options.output and len(sources) > 1:
        raise UsageError("one-output", f"{len(sources)} sources would go into one file.",
                         "Give one source with -o, or take --json.")
    check_places([("the source", source) for source in sources], [("-o", options.output)])
    found: list[tuple[Path, FaceParameters]] = []
    refused: list[tuple[Path, FlamewheelError]] = []
    with progress_line("reading") as progress:
        for number, source in enumerate(sources):
            progress(number, len(sources), source.name)
            try:
                found.append((source, _one(source, options)))
            except PhotoError as refusal:
                refused.append((source, refusal))
    if not found:
        raise refused[0][1]
    if options.output:
        from ..parameter_file import save

        save(found[0][1], options.output)
    said = [*notes, *(f"{source.name} was left out: {refusal.message}"
                      for source, refusal in refused)]
    (_as_json if options.json else _as_text)(found, said)


def _refuse_what_is_not_used(sources: list[Path], options: Namespace) -> None:
    """Options about photos where there is none, and about a 2D model that is left out."""
    if all(source.suffix.lower() in PARAMETER_FILES for source in sources):
        brought = options.image_model not in (pipeline.EMBEDDED, pipeline.NO_LOOKS)
        refuse_unheard([("--face", options.face is not None), ("--fusion", options.fusion),
                        ("--image-model", brought)], "parameter files", "They are about photos.")
    if options.image_model == pipeline.NO_LOOKS:
        refuse_unheard([("--fusion", options.fusion)], "a face that no 2D model looks at",
                       "Leave out --fusion, or --image-model none.")


def _one(source: Path, options: Namespace) -> FaceParameters:
    """A parameter file is read as it stands; anything else is a photo."""
    if source.suffix.lower() in PARAMETER_FILES:
        from ..parameter_file import load

        face = load(source)
        head = None if options.head == "open" else options.head
        return pipeline.infer_face(face, head=head, recogniser=options.recogniser)
    return pipeline.infer_photo(
        source, head=options.head, face=options.face, recogniser=options.recogniser,
        image_model=options.image_model, fusion=options.fusion)


def _gathered(sources: list[Path]) -> tuple[list[Path], tuple[str, ...]]:
    """Files one by one, folders by their photos."""
    files = [source for source in sources if source.suffix.lower() in PARAMETER_FILES]
    others = [source for source in sources if source not in files]
    if not others:
        return files, ()
    gathered = pipeline.gather_photos(others)
    return [*files, *gathered.photos], gathered.notes


def _as_json(found: list[tuple[Path, FaceParameters]], notes: list[str]) -> None:
    print_notes(tuple(notes))
    faces = [{"source": str(source), "emotion": _emotion(face.emotion), "notes": list(face.notes)}
             for source, face in found if face.emotion is not None]
    print_json({"faces": faces})


def _emotion(reading: EmotionReading) -> dict[str, object]:
    """As in the parameter file."""
    return {"label": reading.label, "probabilities": dict(reading.probabilities),
            "valence": reading.valence, "arousal": reading.arousal}


def _as_text(found: list[tuple[Path, FaceParameters]], notes: list[str]) -> None:
    print_notes(tuple(notes))
    tell: Callable[[str, EmotionReading], None] = _in_full if len(found) == 1 else _in_a_line
    for source, face in found:
        print_notes(face.notes if len(found) == 1 else ())
        if face.emotion is not None:
            tell(one_line(source.name), face.emotion)


def _in_a_line(name: str, reading: EmotionReading) -> None:
    ranked = sorted(reading.probabilities.items(), key=lambda item: -item[1])[:2]
    likely = ", ".join(f"{emotion} {100 * share:.0f} %" for emotion, share in ranked)
    print(f"{name}: {reading.label} ({likely})")


def _in_full(name: str, reading: EmotionReading) -> None:
    print(f"{name}: {reading.label}")
    for emotion, share in sorted(reading.probabilities.items(), key=lambda item: -item[1]):
        print(f"  {emotion:13}{100 * share:5.1f} %  {'#' * round(BAR * share)}")
    if reading.valence is not None and reading.arousal is not None:
        print(f"  valence {reading.valence:+.2f}, arousal {reading.arousal:+.2f}")
