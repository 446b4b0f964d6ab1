# SPDX-License-Identifier: GPL-3.0-or-later
"""The short notation of the lists of sentences, and whether a plan says the same.

A step is `Joy 2` (go to joy within 2 s), `hold 1`, `+Neutral 0.5` (a stop on the way) or
`Fear 0.25 ease_out`.  A mix is `Joy+Fear` (with the first one's share `Joy+Fear@0.7`) or, in any
order, `Joy+Fear+Anger`; strengths stand behind a star: `Anger*1.25`, `Anger*max`, `*?` is any.
Behind the mix, without order: `{Sadness:eyes; Joy:mouth left}` layers with their parts and side,
`[AU1 AU12L*0.5]` action units (without a side: both), `(mouth shut, brows still)` what is kept.
Of a hold, only what is written is compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flamewheel.instruction.plan import (
    KEEPS,
    MAX_INTENSITY,
    PARTS,
    SIDES,
    EmotionMix,
    Layer,
    PlanStep,
    TransitionPlan,
)

_STEP = re.compile(r"(\+?)([^\s{\[(]+)((?:\s*(?:\{[^}]*\}|\[[^]]*\]|\([^)]*\)))*)\s+"
                   r"([\d.]+)(?:\s+(\w+))?")
_UNIT = re.compile(r"(AU\d+)([LR]?)(?:\*([\d.]+|max|\?))?")
_CLOSE = 1e-6


def mix_agrees(written: str, mix: EmotionMix) -> bool:
    """Is `mix` what the notation says?"""
    names, _, share = written.partition("@")
    wanted = [_strength(part) for part in names.split("+")]
    got = [(mix.primary, mix.intensity)]
    if mix.secondary is not None:
        got.append((mix.secondary, mix.secondary_intensity))
    if mix.tertiary is not None:
        got.append((mix.tertiary, mix.tertiary_intensity))
        wanted, got = sorted(wanted, key=_name), sorted(got, key=_name)
    elif mix.secondary is not None and abs(mix.weight - float(share or 0.5)) > _CLOSE:
        return False
    return len(wanted) == len(got) and all(
        want == name and (value is None or abs(value - intensity) <= _CLOSE)
        for (want, value), (name, intensity) in zip(wanted, got, strict=True)
    )


def plan_agrees(start: str | None, steps: list[str], plan: TransitionPlan) -> bool:
    """Does `plan` start and go on as the notation says?"""
    if plan.start_said != (start is not None) or len(steps) != len(plan.steps):
        return False
    if start is not None and not mix_agrees(start, plan.start):
        return False
    return all(step_agrees(written, step) for written, step in zip(steps, plan.steps, strict=True))


def step_agrees(written: str, step: PlanStep) -> bool:
    """Is `step` what the notation says?  Raises ValueError where that is no notation."""
    found = _STEP.fullmatch(written.strip())
    if found is None:
        raise ValueError(f"no step: {written!r}")
    inserted, what, over, seconds, easing = found.groups()
    held = what == "hold"
    if step.kind != ("hold" if held else "go") or abs(float(seconds) - step.seconds) > _CLOSE:
        return False
    if not held and not (mix_agrees(what, step.target) and (easing or "smooth") == step.easing
                         and bool(inserted) == step.inserted):
        return False
    groups = {group[0]: group[1:-1] for group in re.findall(r"\{[^}]*\}|\[[^]]*\]|\([^)]*\)", over)}
    checks = (("{", layers_agree, step.layers), ("[", units_agree, step.units),
              ("(", keeps_agree, step.keeps))
    return all([
        check(groups.get(bracket, ""), got)  # type: ignore[operator]
        for bracket, check, got in checks if not held or bracket in groups
    ])  # a list: a mistake in the notation is told though something before it differs


def layers_agree(written: str, layers: Iterable[Layer]) -> bool:
    """`Joy:mouth; Anger:brows left`: the same layers in any order?"""
    left = list(layers)
    for part in filter(None, map(str.strip, written.split(";"))):
        mix, _, where = part.partition(":")
        words = where.replace(",", " ").split()
        parts = {word for word in words if word in PARTS}
        side = next((word for word in words if word in SIDES), None)
        if len(parts) + (side is not None) != len(words):
            raise ValueError(f"no layer: {part!r}")
        same = next((layer for layer in left if set(layer.parts) == parts and layer.side == side
                     and mix_agrees(mix.strip(), layer.mix)), None)
        if same is None:
            return False
        left.remove(same)
    return not left


def units_agree(written: str, units: Iterable[tuple[str, float]]) -> bool:
    """`AU1 AU12L*0.5`: the same units and strengths?  Without a side both sides are meant."""
    got = {full: value for name, value in units for full in _sides(*_unit(name)[:2])}
    for word in written.replace(",", " ").split():
        number, side, strength = _unit(word)
        want = _value(strength)
        for name in _sides(number, side):
            if name not in got:
                return False
            value = got.pop(name)
            if want is not None and abs(want - value) > _CLOSE:
                return False
    return not got


def keeps_agree(written: str, keeps: Iterable[str]) -> bool:
    """`mouth shut, brows still`: the same in any order?"""
    wanted = {" ".join(keep.split()) for keep in written.split(",") if keep.strip()}
    if not wanted <= set(KEEPS):
        raise ValueError(f"nothing to keep: {written!r}")
    return wanted == set(keeps)


def _unit(written: str) -> tuple[str, str, str | None]:
    found = _UNIT.fullmatch(written)
    if found is None:
        raise ValueError(f"no unit: {written!r}")
    return found[1], found[2], found[3]


def _sides(number: str, side: str) -> tuple[str, ...]:
    return (number + side,) if side else (number + "L", number + "R")


def _strength(part: str) -> tuple[str, float | None]:
    name, _, strength = part.partition("*")
    return name, _value(strength)


def _value(strength: str | None) -> float | None:
    """None: any."""
    if strength == "?":
        return None
    return MAX_INTENSITY if strength == "max" else float(strength or 1)


def _name(named: tuple[str, float | None]) -> str:
    return named[0]
