"""What is missing, said before time is spent on it."""

from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path

from models.errors import InputError
from ovos_cli.datasets.annotation import header
from ovos_cli.datasets.layout import contents
from ovos_cli.datasets.sequence import Dataset, Protocol, Sequence, shortened
from ovos_cli.evaluation.mask_check import MaskCheck
from ovos_cli.evaluation.scoring import problem_list

_CHUNK = 12
"""Masks of one task of a pool."""


def check_frames(dataset: Dataset) -> None:
    """Check what running a method needs: frames, first annotations, one size.

    Reads headers of pictures, not their pixels, but for the first annotations.

    Raises:
        InputError: something is missing or does not fit, in any sequence.
    """
    problems = []
    for sequence in dataset.sequences:
        problems += _frame_problems(sequence) + _annotation_problems(sequence)
    if problems:
        raise InputError(problem_list(f"{dataset.name} at {dataset.root} is incomplete", problems))


def check_masks(dataset: Dataset, masks: Path, pool: Executor | None = None) -> None:
    """Check the masks of a method against the annotations: all there, sizes, modes, ids.

    Args:
        pool: of `scoring_pool`, reads the masks; None reads them in this process.

    Raises:
        InputError: a sequence or frame has no mask, or one that cannot be compared, or an id is
            not among the sequence's objects.
    """
    if not masks.is_dir():
        raise InputError(f"{masks} is not a folder; it should hold SEQUENCE/FRAME.png")
    absent = [s.name for s in dataset.sequences if not (masks / s.name).is_dir()]
    problems = [f"{name}: no folder {masks / name}" for name in absent]
    if len(absent) == len(dataset.sequences):
        problems.append(f"{masks} holds {contents(masks)}")
        if (masks / "masks").is_dir():
            problems.append(f"a benchmark's masks are one folder down: {masks / 'masks'}")
    usable = []
    for sequence in dataset.sequences:
        if sequence.name not in absent:
            wrong = _annotation_problems(sequence)
            problems += wrong + ([] if wrong else _lost_masks(sequence, masks / sequence.name))
            usable += [] if wrong else [sequence]
    problems += _unfit_masks(usable, masks, pool)
    if problems:
        raise InputError(problem_list("the masks and the data set do not fit", problems))


def missing_categories(dataset: Dataset) -> list[str]:
    """Why G of YouTube-VOS cannot be computed; empty where it can, or nobody would look for it."""
    if not dataset.name.startswith("ytvos"):
        return []
    why = "so G, and J and F of seen and unseen categories, are left out"
    if dataset.seen is None:
        return [f"train/meta.json, which says the categories seen in training, is missing, {why}"]
    bare = [s.name for s in dataset.sequences if set(s.objects) - set(s.categories)]
    if bare:
        return [f"meta.json lacks categories of objects of {shortened(bare)}, {why}"]
    return []


def _frame_problems(sequence: Sequence) -> list[str]:
    name = sequence.name
    if not sequence.images:
        return [f"{name}: no frames (JPEGImages)"]
    problems = []
    lost = [f for f in sequence.annotations if f not in sequence.images]
    if lost:
        problems.append(f"{name}: annotated, but without an image: {_some(lost)}")
    try:
        sizes = {header(path)[0] for path in sequence.images.values()}
        if len(sizes) > 1:
            problems.append(f"{name}: its images have different sizes: {_sizes(sizes)}")
        elif sizes != {sequence.size}:
            problems.append(
                f"{name}: images are {_sizes(sizes)}, "
                f"the first annotation {_sizes({sequence.size})}"
            )
    except InputError as error:
        problems.append(f"{name}: {error}")
    return problems


def _annotation_problems(sequence: Sequence) -> list[str]:
    try:
        for frame in sequence.starts:
            sequence.given(frame)
        assert sequence.objects
    except InputError as error:
        return [f"{sequence.name}: {error}"]
    lost = [f for f in sequence.frames if f not in sequence.annotations]
    if sequence.has_truth and sequence.protocol is Protocol.DAVIS and lost:
        return [f"{sequence.name}: annotations are missing: {_some(lost)}"]
    return []


def _lost_masks(sequence: Sequence, masks: Path) -> list[str]:
    lost = [f for f in _needed(sequence) if not (masks / f"{f}.png").is_file()]
    return [f"{sequence.name}: no mask of {_some(lost)}"] if lost else []


def _unfit_masks(sequences: Iterable[Sequence], masks: Path, pool: Executor | None) -> list[str]:
    run = pool.map if pool else map
    found = []
    for sequence in sequences:
        # Where all objects are one, every id is it.
        known = None if sequence.merged else frozenset(sequence.objects)
        check = MaskCheck(sequence.name, sequence.size, known)
        files = [masks / sequence.name / f"{frame}.png" for frame in _needed(sequence)]
        there = [file for file in files if file.is_file()]
        found.append(run(check, [there[i : i + _CHUNK] for i in range(0, len(there), _CHUNK)]))
    return [text for of_sequence in found for chunk in of_sequence for text in chunk]


def _needed(sequence: Sequence) -> list[str]:
    """Frames of which a method's masks are needed."""
    if not sequence.has_truth:
        return list(sequence.wanted)
    return sorted({f for i in sequence.objects for f in sequence.scored_frames(i)})


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{len(names)} of its frames ({shown}{', …' if len(names) > 4 else ''})"


def _sizes(sizes: set[tuple[int, int]]) -> str:
    return ", ".join(f"{w}x{h}" for h, w in sorted(sizes)[:4])
