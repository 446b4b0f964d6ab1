# SPDX-License-Identifier: GPL-3.0-or-later
"""One function for each command: call the pipeline, write the file, print the result."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from .. import pipeline
from .giving import give_parameters, say_where
from .report import print_json


def retarget(options: Namespace) -> None:
    """Two parameter files -> one."""
    from ..parameter_file import load

    target = load(options.target) if options.target else None
    give_parameters(pipeline.retarget(load(options.source), target, head=options.head), options)


def head_list(options: Namespace) -> None:
    """The heads that can be named."""
    entries = pipeline.heads()
    if options.json:
        print_json({"heads": [{**asdict(entry), "path": str(entry.path)} for entry in entries]})
        return
    for entry in entries:
        print(f"{entry.name:12} {entry.path}")


def head_inspect(options: Namespace) -> None:
    """What a head is made of."""
    facts = pipeline.inspect_head(options.head)
    if options.json:
        print_json(facts)
        return
    for name, value in facts.items():
        print(f"{name:22} {value}")


def head_convert(options: Namespace) -> None:
    """FLAME pickle -> head file."""
    data = pipeline.convert_head(
        options.source, options.output,
        landmarks=options.landmarks, uv=options.uv, masks=options.masks,
    )
    facts = {
        "head": data.name, "path": str(options.output), "vertices": data.vertex_count,
        "identity": data.identity_count, "expression": data.expression_count,
    }
    if options.json:
        print_json(facts)
        return
    print(
        f"{data.name}: {data.vertex_count} vertices, {data.identity_count} identity and "
        f"{data.expression_count} expression components"
    )
    say_where(options.output)


def head_build_open(options: Namespace) -> None:
    """The embedded head, made anew from code."""
    from ..head.open_head.build import write_open_head
    from ..head.open_head.levels import write_light_head

    write = {"full": write_open_head, "light": write_light_head}[options.level]
    data = write(options.output)
    if options.json:
        print_json({"head": data.name, "path": str(options.output), "checksum": data.checksum})
        return
    say_where(options.output)


def serve(options: Namespace) -> int:
    """Serve Blender until it ends."""
    from ..server import serve as serve_forever

    return serve_forever(options.port)


def batch(options: Namespace) -> int:
    """Job file -> Blender in the background."""
    from ..batch import run_batch

    return run_batch(options.job, options.blender, as_json=options.json)


def doctor(options: Namespace) -> int:
    """What is installed and what is missing; exit code 1 where something needed is."""
    from .doctor import examine

    checks = examine()
    if options.json:
        print_json({"checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'MISSING'} {check.what}: {check.found}")
            if check.hint:
                print(f"     {check.hint}")
    return 0 if all(check.ok or not check.needed for check in checks) else 1
