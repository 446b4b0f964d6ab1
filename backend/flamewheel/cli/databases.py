# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel dbex`: the expression database behind the wheel."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import pipeline
from ..errors import UsageError
from .giving import say_where
from .networks import ENCODER_WORDS, named_file
from .options import Subparsers, add_database_option, add_head_option, add_verb
from .places import check_ending, check_places, named_path
from .report import one_line, print_json, print_notes, progress_line

if TYPE_CHECKING:
    from ..pipeline.photo_database import BuiltDatabase
    from ..wheel.dbex import ExpressionDatabase

PEOPLE = ("all", "train", "held-out")


def add_dbex(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The command and its actions."""
    group = verbs.add_parser("dbex", help="The expression database behind the wheel.")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    build = add_verb(actions, common, "build", "Build a head's database from a folder of labelled "
                     "photos or, without one, from FACS prototypes.")
    build.add_argument(
        "folder", type=named_path, nargs="?", metavar="FOLDER",
        help="labels.csv (image,subject,emotion), a folder for each emotion, emotions in the "
        "pictures' names, or AffectNet, RAF-DB, CK+, FER2013 as they are handed out")
    add_head_option(build)
    build.add_argument("-o", "--output", type=Path, required=True, help="database (.npz)")
    build.add_argument("--people", choices=PEOPLE, default="all",
                       help="whose photos: all; train leaves out the fifth that evaluations "
                       "measure with, held-out takes only them")
    build.add_argument("--photos-only", action="store_true", help="leave out emotions that photos "
                       "do not tell, instead of making them from their FACS prototypes")
    build.add_argument("--encoder", metavar="NAME", default="landmark",
                       help=f"{ENCODER_WORDS}; landmark by default, which needs nothing")
    build.add_argument("--checkpoint", metavar="NAME=FILE", action="append", default=[],
                       type=named_file, help="a network's checkpoint, as for encode")
    build.epilog = "A run that is stopped goes on where it was when it is started again."
    build.set_defaults(run=dbex_build)
    show = add_verb(actions, common, "show", "What a head's database holds.")
    add_database_option(show)
    show.add_argument("--drawing", type=Path, metavar="FILE.png", help="draw every emotion: B1, "
                      "B2 and how far people differ; without --database both named databases")
    add_head_option(show)
    show.set_defaults(run=dbex_show)


def dbex_build(options: Namespace) -> None:
    """A head's expression database as a file."""
    check_ending(options.output, ".npz", "A database")
    if options.folder is not None:
        _build_from_photos(options)
        return
    if (options.people != "all" or options.photos_only or options.checkpoint
            or options.encoder != "landmark"):
        raise UsageError("no-photos", "--people, --photos-only, --encoder and --checkpoint are for "
                         "photos.",
                         "Name a folder of labelled photos.")
    database = pipeline.expression_database(options.head)
    _save(database, options)
    if options.json:
        print_json({"path": str(options.output), "entries": len(database.labels)})
        return
    say_where(options.output)


def _build_from_photos(options: Namespace) -> None:
    from ..pipeline.photo_database import build_photo_database

    check_places([("the folder", options.folder)], [("-o", options.output)])
    try:
        with progress_line("encoding photos") as progress:
            built = build_photo_database(options.folder, head=options.head, people=options.people,
                                         fill=not options.photos_only, encoder=options.encoder,
                                         checkpoints=dict(options.checkpoint), progress=progress)
    except KeyboardInterrupt:
        print_notes(("What was encoded is kept: the same command goes on from there.",))
        raise
    _save(built.database, options)
    print_notes(built.notes)
    if options.json:
        print_json(_as_json(built, options.output))
        return
    print(one_line(f"{options.folder} ({built.layout}): {built.faces} faces in {built.photos} "
                   f"photos, {built.from_cache} of them encoded before"))
    for emotion, (photos, agree) in built.counts.items():
        print(f"{emotion:13} {photos:6} photos, {agree:6} agree with FACS")
    say_where(options.output)


def _save(database: ExpressionDatabase, options: Namespace) -> None:
    from ..wheel.dbex_file import save_database

    save_database(database, options.output)


def _as_json(built: BuiltDatabase, path: Path) -> dict[str, Any]:
    return {
        "path": str(path), "entries": len(built.database.labels), "layout": built.layout,
        "photos": built.photos, "faces": built.faces, "from_cache": built.from_cache,
        "without_face": built.without_face, "unreadable": built.unreadable,
        "emotions": {name: {"photos": photos, "agree": agree}
                     for name, (photos, agree) in built.counts.items()},
        "provenance": built.database.provenance, "notes": list(built.notes),
    }


def dbex_show(options: Namespace) -> None:
    """Each emotion: entries, where they come from, strongest components; a drawing on request."""
    check_ending(options.drawing, ".png", "The drawing")
    read = [("the database", Path(options.database))] if options.database else []
    check_places(read, [("--drawing", options.drawing)])
    facts = pipeline.describe_database(options.head, options.database)
    if options.drawing:
        with progress_line("drawing") as progress:
            pipeline.draw_databases(options.drawing, options.head, options.database, progress)
    if options.json:
        print_json({**facts, "drawing": str(options.drawing) if options.drawing else None})
        return
    print(one_line(f"{facts['database']} database of {facts['head']}: {facts['entries']} entries; "
                   f"{facts['axes']} of {facts['components']} principal components hold 95 % of "
                   "the variance"))
    print(one_line(facts["provenance"]))
    for row in facts["emotions"]:
        _print_emotion(row)
    if options.drawing:
        say_where(options.drawing)


def _print_emotion(row: dict[str, Any]) -> None:
    strongest = " ".join(f"{index}{value:+.2f}" for index, value
                         in zip(row["components"], row["correlations"], strict=True))
    print(f"{row['emotion']:13} {row['entries']:4} entries, {row['agree']:4} agree with FACS; "
          f"spread {row['spread']:.2f}, from {row['lowest']:+.2f} to {row['highest']:+.2f}")
    others = len(row["sources"]) - 1
    more = f" (and {others} more)" if others else ""
    print(one_line(f"    from {row['source']}{more}"))
    if not row["b2_shows_it"]:
        print("    B2, measured anew, does not show what names the emotion")
    print(f"    strongest components, with correlations: {strongest}")
