"""Scores of objects, sequences and a whole run, and how `results.json` holds them."""

import math
from dataclasses import dataclass, field
from typing import Any, Self

from ovos_cli.evaluation.statistics import average, decay, mean, recall

MEASURES = ("J&F-Mean", "J-Mean", "J-Recall", "J-Decay", "F-Mean", "F-Recall", "F-Decay")
_PER_OBJECT = {
    f"{measure}-{name}": (measure, function)
    for measure in ("J", "F")
    for name, function in (("Mean", mean), ("Recall", recall), ("Decay", decay))
}


@dataclass(frozen=True)
class ObjectScores:
    """J and F of one object in each of the frames in which it is scored, in [0, 1]."""

    frames: list[str]
    j: list[float]
    f: list[float]
    category: str | None = None

    def measures(self) -> dict[str, float]:
        """Mean, recall and decay of J and of F; nan where no frame is scored."""
        values = {"J": self.j, "F": self.f}
        return {name: function(values[m]) for name, (m, function) in _PER_OBJECT.items()}

    def to_dict(self) -> dict[str, Any]:
        """As in `results.json`."""
        entry: dict[str, Any] = {"frames": self.frames, "J": self.j, "F": self.f}
        entry |= {name: _plain(value) for name, value in self.measures().items()}
        return entry | ({"category": self.category} if self.category else {})

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Undo `to_dict`."""
        return cls(values["frames"], values["J"], values["F"], values.get("category"))


@dataclass(frozen=True)
class SequenceScores:
    """One sequence: its frames, (H, W), objects, and what running it took.

    objects: empty where there is no ground truth. seconds: of the method, None if unknown.
    timing: seconds by module. More about the run may be in `extra`.
    """

    name: str
    frames: list[str]
    size: tuple[int, int]
    objects: dict[int, ObjectScores]
    seconds: float | None = None
    timing: dict[str, float] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As in `results.json`; `measures` are the averages over its objects."""
        return {
            "frames": self.frames,
            "size": list(self.size),
            "measures": global_measures([self]),
            "objects": {str(i): o.to_dict() for i, o in self.objects.items()},
            "seconds": self.seconds,
            "timing": self.timing,
            **self.extra,
        }

    @classmethod
    def from_dict(cls, name: str, values: dict[str, Any]) -> Self:
        """Undo `to_dict`."""
        rest = dict(values)
        rest.pop("measures", None)  # they follow from the objects
        objects = {int(i): ObjectScores.from_dict(o) for i, o in rest.pop("objects").items()}
        height, width = rest.pop("size")
        frames, seconds, timing = (rest.pop(k) for k in ("frames", "seconds", "timing"))
        return cls(name, frames, (height, width), objects, seconds, timing, rest)


def global_measures(
    sequences: list[SequenceScores], seen: frozenset[str] | None = None
) -> dict[str, float | None] | None:
    """Averages over all objects equally, as DAVIS's global results; None without any score.

    With categories and the set of those that were seen in training, also YouTube-VOS's G: the mean
    of J and F over seen and unseen categories, if every object has one. An object without scored
    frames counts nowhere.
    """
    objects = [o for s in sequences for o in s.objects.values() if o.frames]
    if not objects:
        return None
    rows = [o.measures() for o in objects]
    values: dict[str, float | None] = {m: average([r[m] for r in rows]) for m in _PER_OBJECT}
    values = {"J&F-Mean": _middle(values["J-Mean"], values["F-Mean"]), **values}
    if seen is not None and all(o.category for o in objects):
        groups = {
            "Seen": [r for o, r in zip(objects, rows, strict=True) if o.category in seen],
            "Unseen": [r for o, r in zip(objects, rows, strict=True) if o.category not in seen],
        }
        parts = {
            f"{m}-{name}": average([r[f"{m}-Mean"] for r in group])
            for name, group in groups.items()
            for m in ("J", "F")
        }
        values |= parts
        whole = [v for v in parts.values() if v is not None]
        values["G"] = sum(whole) / 4 if len(whole) == 4 else None
    return values


def _middle(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else (a + b) / 2


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
