"""A shot at a glance: where each object is seen, how surely, and what a person said."""

from collections.abc import Iterable, Sequence
from typing import Any

from ovos_cli.edit.shown import Said
from ovos_cli.edit.wire import sure
from ovos_cli.review.ranking import frames_to_look_at
from ovos_cli.shot.store import Final

_LISTED = 12
"""Frames to look at: nobody looks at more of them before the next correction."""


def timeline(said: Said, finals: Sequence[Final], cuts: Sequence[int], named: Iterable[int]) -> Any:
    """All of it, as it is sent.

    Args:
        finals: of the frames whose masks are written, rising.
        cuts: frames before which there is a cut.
        named: objects that have a name, perhaps without any mask yet.
    """
    prompts, annotations = said.plan.prompts, said.annotations
    stale = [
        f.frame
        for f in finals
        if f.frame not in prompts.locked and f.key != said.plan.final_key(f.frame)
    ]
    known = {*annotations.locked, *annotations.masks, *(f.frame for f in finals)}
    objects = sorted({*named, *said.objects})
    return {
        "objects": {
            str(ident): {
                "seen": spans(_seen(said, finals, ident)),
                "confidence": {
                    str(f.frame): sure(f.confidence[ident]) for f in finals if ident in f.confidence
                },
                "given": [f for f in prompts.given.get(ident, []) if f not in annotations.locked],
                "absent": [[span.first, span.last] for span in annotations.absences.get(ident, ())],
            }
            for ident in objects
        },
        "known": spans(sorted(known)),
        "locked": spans(sorted(annotations.locked)),
        "cuts": list(cuts),
        "stale": spans(stale),
        "look_at": look_at(said, finals, cuts),
    }


def look_at(said: Said, finals: Sequence[Final], cuts: Sequence[int]) -> list[dict[str, Any]]:
    """Frames in which a correction mends most, the best first, with the object and the reason."""
    sure = dict[int, dict[int, float]]()
    for final in finals:
        if final.frame not in said.annotations.locked:
            for ident, value in final.confidence.items():
                sure.setdefault(ident, {})[final.frame] = value
    given = said.plan.prompts.given
    confidence = {ident: sure[ident] for ident in given if ident in sure}
    looks = frames_to_look_at(confidence, given, cuts=cuts, count=_LISTED)
    return [
        {
            "frame": look.frame,
            "object": look.objects[0],
            "why": _why(confidence[look.objects[0]][look.frame]),
        }
        for look in looks
    ]


def _why(confidence: float) -> str:
    return "not seen" if confidence == 0 else f"only {confidence:.0%} sure"


def spans(frames: Iterable[int]) -> list[list[int]]:
    """[first, last] of each run of rising frames."""
    found = list[list[int]]()
    for frame in frames:
        if found and found[-1][1] == frame - 1:
            found[-1][1] = frame
        else:
            found.append([frame, frame])
    return found


def _seen(said: Said, finals: Sequence[Final], ident: int) -> list[int]:
    """Frames in whose masks an object is, as far as they are known."""
    annotations = said.annotations
    seen = {f.frame for f in finals if ident in f.confidence and ident not in f.hidden}
    seen -= annotations.locked.keys()
    seen |= {frame for frame, ids in annotations.locked.items() if ident in ids}
    return sorted(seen | {*said.plan.prompts.given.get(ident, [])})
