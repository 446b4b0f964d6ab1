# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel dbex`: the expression database behind the wheel."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path

from .. import pipeline
from .giving import say_where
from .options import Subparsers, add_head_option, add_verb
from .report import print_json


def add_dbex(
    verbs: Subparsers[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """The command and its actions."""
    group = verbs.add_parser("dbex", help="The expression database behind the wheel.")
    actions = group.add_subparsers(metavar="ACTION", required=True)
    build = add_verb(actions, common, "build", "Build a head's database from FACS prototypes.")
    add_head_option(build)
    build.add_argument("-o", "--output", type=Path, required=True, help="database (.npz)")
    build.set_defaults(run=dbex_build)
    show = add_verb(actions, common, "show", "What a head's database holds.")
    show.add_argument("--database", type=Path, help="a file of `dbex build`")
    add_head_option(show)
    show.set_defaults(run=dbex_show)


def dbex_build(options: Namespace) -> None:
    """A head's expression database as a file."""
    from ..wheel.dbex_file import save_database

    database = pipeline.expression_database(options.head)
    save_database(database, options.output)
    if options.json:
        print_json({"path": str(options.output), "entries": len(database.labels)})
        return
    say_where(options.output)


def dbex_show(options: Namespace) -> None:
    """Each emotion: entries, where they come from, strongest components."""
    rows = pipeline.describe_database(options.head, options.database)
    if options.json:
        print_json({"emotions": rows})
        return
    for row in rows:
        components = " ".join(str(index) for index in row["components"])
        print(f"{row['emotion']:13} {row['entries']:4} entries, {row['agree']:4} agree with FACS")
        print(f"    from {row['source']}")
        print(f"    strongest components: {components}")
