"""What is missing, said before time is spent on it."""

from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path

from models.errors import InputError, problem_list
from ovos_cli.datasets.annotation import Colour, header
from ovos_cli.datasets.layout import contents
from ovos_cli.datasets.sequence import Dataset, Protocol, Sequence, shortened
from ovos_cli.evaluation.mask_check import MaskCheck

_CHUNK = 12
"""Masks of one task of a pool."""


def check_frames(dataset: Dataset) -> None:
    """Check what running a method needs: frames, first annotations, one size.

    Reads headers of pictures, not their pixels, but for the first annotations of objects.

    Raises:
        InputError: something is missing or does not fit, in any sequence.
    """
    problems = _without_truth(dataset)
    for sequence in dataset.sequences:
        wrong = _annotation_problems(sequence)
        problems += _frame_problems(sequence) + wrong
        if not wrong:
            problems += _truth_check(sequence)(list(sequence.annotations.values()))
    if problems:
        raise InputError(problem_list(f"{dataset.name} at {dataset.root} is incomplete", problems))


def check_folder(masks: Path) -> None:
    """Check that there is a folder of masks. Raises InputError."""
    if not masks.is_dir():
        raise InputError(f"{masks} is not a folder; it should hold SEQUENCE/FRAME.png")


def check_masks(dataset: Dataset, masks: Path, pool: Executor | None = None) -> None:
    """Check the masks of a method against the annotations: all there, sizes, modes, ids.

    Args:
        pool: of `scoring_pool`, reads the masks; None reads them in this process.

    Raises:
        InputError: a sequence or frame has no mask, or one that cannot be compared, or an id is
            not among the sequence's objects.
    """
    check_folder(masks)
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
            problems += wrong + _lost_images(sequence)
            problems += [] if wrong else _lost_masks(sequence, masks / sequence.name)
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
        return [f"{name}: no frames; they belong beside {_place(sequence)}, in JPEGImages"]
    problems = _lost_images(sequence)
    try:
        sizes = {header(path).size for path in sequence.images.values()}
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


def _lost_images(sequence: Sequence) -> list[str]:
    lost = [f for f in sequence.annotations if sequence.images and f not in sequence.images]
    return [f"{sequence.name}: annotated, but without an image: {_some(lost)}"] if lost else []


def _place(sequence: Sequence) -> Path:
    return sequence.annotations[next(iter(sequence.starts))].parent


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
    lost = [f for f in sequence.compared if not (masks / f"{f}.png").is_file()]
    return [f"{sequence.name}: no mask of {_some(lost)}"] if lost else []


def _unfit_masks(sequences: Iterable[Sequence], masks: Path, pool: Executor | None) -> list[str]:
    run = pool.map if pool else map
    found = []
    for sequence in sequences:
        # Where all objects are one, every id is it.
        known = None if sequence.merged else frozenset(sequence.objects)
        check = MaskCheck(sequence.name, sequence.size, known, _colours(sequence))
        files = [masks / sequence.name / f"{frame}.png" for frame in sequence.compared]
        there = [file for file in files if file.is_file()]
        truth = list(sequence.annotations.values())
        for each, paths in ((check, there), (_truth_check(sequence), truth)):
            found.append(run(each, [paths[i : i + _CHUNK] for i in range(0, len(paths), _CHUNK)]))
    return [text for of_sequence in found for chunk in of_sequence for text in chunk]


def _truth_check(sequence: Sequence) -> MaskCheck:
    return MaskCheck(sequence.name, sequence.size, truth=True)


def _colours(sequence: Sequence) -> dict[Colour, int]:
    """Colours of the objects in the first annotation's palette, where they differ."""
    palette = header(next(iter(sequence.annotations.values()))).palette
    named = {i: palette[i] for i in sequence.objects if i < len(palette)}
    return {c: i for i, c in named.items()} if len({*named.values()}) == len(named) else {}


def _without_truth(dataset: Dataset) -> list[str]:
    """Sequences of DAVIS of which the first frame alone is annotated, while others are whole."""
    if not dataset.name.startswith("davis") or not any(s.has_truth for s in dataset.sequences):
        return []
    bare = [s for s in dataset.sequences if not s.has_truth and len(s.frames) > 1]
    return [f"{s.name}: no annotation but the first, in {_place(s)}" for s in bare]


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{len(names)} of its frames ({shown}{', …' if len(names) > 4 else ''})"


def _sizes(sizes: set[tuple[int, int]]) -> str:
    return ", ".join(f"{w}x{h}" for h, w in sorted(sizes)[:4])
