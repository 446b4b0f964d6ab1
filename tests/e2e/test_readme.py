# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README shows can be typed."""

from __future__ import annotations

import ast
import re
import shlex

import pytest
from cli import ROOT

import flamewheel
from flamewheel import pipeline
from flamewheel.cli.parser import make_parser
from flamewheel.instruction.grammar import parse

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = [line for kind, body in BLOCKS if kind != "python"
         for line in body.replace("\\\n", " ").splitlines() if line.strip()]
COMMANDS = [shlex.split(line, comments=True)[1:] for line in SHELL
            if line.startswith("flamewheel ")]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command(arguments: list[str]) -> None:
    options = make_parser().parse_args(arguments)
    assert callable(options.run)
    if arguments[0] == "transition":
        assert parse(options.text).steps


def test_make_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in named)


def test_python() -> None:
    """Names that exist; sentences that are understood."""
    sources = [body for kind, body in BLOCKS if kind == "python"]
    assert sources
    for call in (node for body in sources for node in ast.walk(ast.parse(body))
                 if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        assert isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        if call.func.value.id == "flamewheel":
            assert call.func.attr in flamewheel.__all__
        if call.func.attr == "transition":
            assert parse(ast.literal_eval(call.args[0])).steps
        if call.func.attr == "blend":
            words = [ast.literal_eval(word) for word in call.args]
            assert pipeline.blend(*words).code.expression.any()


def test_its_links_and_pictures_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    local = [link for link in links if not link.startswith(("http:", "https:"))]
    assert local and not [link for link in local if not (ROOT / link).exists()]


def test_nothing_is_left_to_fill_in() -> None:
    assert not re.findall(r"@[A-Z]+@|TODO|FIXME|XXX", README)
