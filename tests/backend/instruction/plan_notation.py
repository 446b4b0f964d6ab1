# SPDX-License-Identifier: GPL-3.0-or-later
"""The short notation of `sentences.json`, and whether a plan says the same.

A step is `Joy 2` (go to joy within 2 s), `hold 1`, `+Neutral 0.5` (a stop on the way) or
`Fear 0.25 ease_out`.  A mix is `Joy+Fear`, with the first one's share `Joy+Fear@0.7`; strengths
stand behind a star: `Anger*1.25`, `*?` is any.
"""

from __future__ import annotations

from flamewheel.instruction.plan import MAX_INTENSITY, EmotionMix, TransitionPlan


def mix_agrees(written: str, mix: EmotionMix) -> bool:
    """Is `mix` what the notation says?"""
    names, _, share = written.partition("@")
    parts = names.split("+")
    got = [(mix.primary, mix.intensity)]
    if mix.secondary is not None:
        got.append((mix.secondary, mix.secondary_intensity))
        if abs(mix.weight - float(share or 0.5)) > 1e-6:
            return False
    if len(parts) != len(got):
        return False
    for part, (name, intensity) in zip(parts, got, strict=True):
        want, _, strength = part.partition("*")
        if want != name:
            return False
        if strength == "?":
            continue
        value = MAX_INTENSITY if strength == "max" else float(strength or 1)
        if abs(value - intensity) > 1e-6:
            return False
    return True


def plan_agrees(start: str | None, steps: list[str], plan: TransitionPlan) -> bool:
    """Does `plan` start and go on as the notation says?"""
    if plan.start_said != (start is not None) or len(steps) != len(plan.steps):
        return False
    if start is not None and not mix_agrees(start, plan.start):
        return False
    for written, step in zip(steps, plan.steps, strict=True):
        what, seconds, *easing = written.split()
        kind = "hold" if what == "hold" else "go"
        if kind != step.kind or abs(float(seconds) - step.seconds) > 1e-6:
            return False
        if kind == "go" and (easing or ["smooth"])[0] != step.easing:
            return False
        if kind == "go" and not mix_agrees(what.removeprefix("+"), step.target):
            return False
        if what.startswith("+") != step.inserted:
            return False
    return True
