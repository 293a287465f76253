"""A benchmark's results as the report reads them, from results.json."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import InputError
from ovos_cli.evaluation.files import JSON_NAME, read_results
from ovos_cli.evaluation.results import ObjectScores, SequenceScores
from ovos_cli.evaluation.statistics import mean


@dataclass(frozen=True, slots=True)
class ModuleTime:
    """Seconds per frame: mean, median and 95th percentile; paper: its Table 4, if it has it."""

    mean: float
    median: float
    p95: float
    paper: float | None


@dataclass(frozen=True, slots=True)
class Run:
    """One method on one split.

    measures: of the whole run, empty without scores. timing: by module, or empty.
    record: all of results.json.
    """

    method: str
    dataset: str
    split: str
    measures: dict[str, float | None]
    sequences: dict[str, SequenceScores]
    timing: dict[str, ModuleTime]
    record: dict[str, Any]

    @property
    def scored(self) -> bool:
        """Whether there is any score."""
        return any(o.frames for s in self.sequences.values() for o in s.objects.values())

    @property
    def seconds_per_frame(self) -> float | None:
        """Over all sequences that were timed."""
        timed = [s for s in self.sequences.values() if s.seconds is not None]
        frames = sum(len(s.frames) for s in timed)
        return sum(s.seconds or 0.0 for s in timed) / frames if frames else None


def read_run(path: Path) -> Run:
    """Read a results.json, or the one in a folder of results.

    Raises:
        InputError: missing, or not what `ovos benchmark` and `ovos evaluate` write.
    """
    try:
        return parse_run(read_results(path))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"{path / JSON_NAME if path.is_dir() else path} lacks what results of ovos hold "
            f"({type(error).__name__}: {error}); score the masks again with ovos evaluate"
        ) from error


def parse_run(record: dict[str, Any]) -> Run:
    """The contents of results.json as types; KeyError, TypeError or ValueError if unfit."""
    return Run(
        record["method"],
        record["dataset"],
        record["split"],
        record["measures"] or {},
        {n: SequenceScores.from_dict(n, s) for n, s in record["sequences"].items()},
        _modules(record["timing"] or {}),
        record,
    )


def _modules(timing: dict[str, Any]) -> dict[str, ModuleTime]:
    """Times of the modules; the total is left out, it is their sum."""
    modules = {name: ModuleTime(**m) for name, m in timing.get("modules", {}).items()}
    return {name: m for name, m in modules.items() if name != "total"}


def means(scores: ObjectScores) -> tuple[float, float, float] | None:
    """J&F, J and F of an object over its scored frames; None if there are none."""
    if not scores.frames:
        return None
    j, f = mean(scores.j), mean(scores.f)
    return (j + f) / 2, j, f


def sequence_means(sequence: SequenceScores) -> tuple[float, float, float] | None:
    """J&F, J and F over a sequence's objects, all weighing the same; None without scores."""
    rows = [m for o in sequence.objects.values() if (m := means(o)) is not None]
    if not rows:
        return None
    both, j, f = (mean(column) for column in zip(*rows, strict=True))
    return both, j, f


def frame_mean(objects: Iterable[ObjectScores], frame: str) -> float | None:
    """J&F over the objects that are scored in a frame; None if none is."""
    places = [(o, o.frames.index(frame)) for o in objects if frame in o.frames]
    return mean([(o.j[at] + o.f[at]) / 2 for o, at in places]) if places else None
