"""What is missing, said before time is spent on it."""

from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from models.errors import InputError
from ovos_cli.datasets.annotation import MODES, header
from ovos_cli.datasets.layout import contents
from ovos_cli.datasets.sequence import Dataset, Protocol, Sequence, shortened
from ovos_cli.evaluation.foreign import foreign_ids
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
        pool: reads the ids, which alone needs the pixels; None reads them in this process.

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
    for sequence in dataset.sequences:
        if sequence.name not in absent:
            problems += _annotation_problems(sequence)
            problems += _mask_problems(sequence, masks / sequence.name)
    problems = problems or _id_problems(dataset, masks, pool)
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


def _mask_problems(sequence: Sequence, masks: Path) -> list[str]:
    name, problems = sequence.name, []
    needed = _needed(sequence)
    lost = [f for f in needed if not (masks / f"{f}.png").is_file()]
    if lost:
        problems.append(f"{name}: no mask of {_some(lost)}")
    for frame in needed:
        if frame in lost:
            continue
        try:
            size, mode = header(masks / f"{frame}.png")
        except InputError as error:
            problems.append(f"{name}: {error}")
            continue
        if size != sequence.size:
            problems.append(
                f"{name}: {frame}.png is {_sizes({size})}, the annotation {_sizes({sequence.size})}"
            )
        elif mode not in MODES:
            problems.append(
                f"{name}: {frame}.png is no mask of ids but a picture of mode {mode}; "
                "save indexed PNGs whose indices are the object ids"
            )
    return problems


def _id_problems(dataset: Dataset, masks: Path, pool: Executor | None) -> list[str]:
    run = pool.map if pool else map
    found = []
    for sequence in dataset.sequences:
        if not sequence.merged:  # there every id is the object
            files = [masks / sequence.name / f"{frame}.png" for frame in _needed(sequence)]
            chunks = [files[i : i + _CHUNK] for i in range(0, len(files), _CHUNK)]
            found.append(run(partial(foreign_ids, known=frozenset(sequence.objects)), chunks))
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
