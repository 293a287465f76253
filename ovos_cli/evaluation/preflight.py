"""What is missing, said before time is spent on it."""

from collections.abc import Iterable
from pathlib import Path

from models.errors import InputError, problem_list
from ovos_cli.datasets.annotation import header, read_picture
from ovos_cli.datasets.layout import contents
from ovos_cli.datasets.sequence import Dataset, Protocol, Sequence, shortened


def check_frames(dataset: Dataset) -> None:
    """Check what running a method needs: frames, first annotations, one size.

    Reads images' headers, and decodes all annotations that are compared with.

    Raises:
        InputError: something is missing or does not fit, in any sequence.
    """
    problems = _without_truth(dataset)
    for sequence in dataset.sequences:
        wrong = _annotation_problems(sequence) + _lost_images(sequence)
        problems += _frame_problems(sequence) + wrong
        problems += [] if wrong else _truth_problems(sequence)
    if problems:
        raise InputError(problem_list(f"{dataset.name} at {dataset.root} is incomplete", problems))


def check_masks_folder(masks: Path) -> None:
    """Check that there is a folder of masks. Raises InputError."""
    if not masks.is_dir():
        raise InputError(f"{masks} is not a folder; it should hold SEQUENCE/FRAME.png")


def check_masks(dataset: Dataset, masks: Path) -> None:
    """Check that all masks of a method are there; what is in them is checked as they are scored.

    Raises:
        InputError: a sequence or frame has no mask, or its annotations cannot be used.
    """
    check_masks_folder(masks)
    absent = [s.name for s in dataset.sequences if not (masks / s.name).is_dir()]
    problems = [f"{name}: no folder {masks / name}" for name in absent]
    if len(absent) == len(dataset.sequences):
        problems.append(f"{masks} holds {contents(masks)}")
        down = [masks / name for name in ("masks", "Annotations") if (masks / name).is_dir()]
        problems += [f"the masks may be one folder down: {folder}" for folder in down]
    for sequence in dataset.sequences:
        if sequence.name not in absent:
            wrong = _annotation_problems(sequence)
            wrong += _lost_images(sequence) + _lost_truth(sequence)
            problems += wrong or _lost_masks(sequence, masks / sequence.name)
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
    problems = _gaps(sequence) + _lost_truth(sequence)
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


def _lost_truth(sequence: Sequence) -> list[str]:
    """Frames that a list names, as YouTube-VOS's does, and nobody annotated, though most are."""
    if sequence.protocol is Protocol.DAVIS or sequence.complete or not sequence.has_truth:
        return []
    lost = [f for f in sequence.wanted if f not in sequence.annotations]
    if 2 * len(lost) > len(sequence.wanted):
        return []  # annotated here and there on purpose
    return [f"{sequence.name}: listed, but without an annotation: {_some(lost)}"] if lost else []


def _gaps(sequence: Sequence) -> list[str]:
    """Images that should be there by the data set's list, or by the numbers of the others."""
    wanted: Iterable[str] = sequence.wanted
    named = [f for f in sequence.frames if f.isdecimal()]
    if sequence.protocol is Protocol.DAVIS and len(named) == len(sequence.frames):
        numbers = range(int(named[0]), int(named[-1]) + 1)
        if len(numbers) < 2 * len(named) - 1:  # else they are not counted one by one
            wanted = (f"{number:0{len(named[0])}d}" for number in numbers)
    lost = [f for f in wanted if f not in sequence.images and f not in sequence.annotations]
    return [f"{sequence.name}: no image of {_some(lost)}"] if lost else []


def _place(sequence: Sequence) -> Path:
    return sequence.annotations[next(iter(sequence.starts))].parent


def _annotation_problems(sequence: Sequence) -> list[str]:
    try:
        for frame in sequence.starts:
            sequence.given(frame)
        sequence.require_objects()
    except InputError as error:
        return [f"{sequence.name}: {error}"]
    lost = [f for f in sequence.frames if f not in sequence.annotations]
    if sequence.has_truth and sequence.protocol is Protocol.DAVIS and lost:
        return [f"{sequence.name}: annotations are missing: {_some(lost)}"]
    return []


def _lost_masks(sequence: Sequence, masks: Path) -> list[str]:
    lost = [f for f in sequence.compared if not (masks / f"{f}.png").is_file()]
    if not lost:
        return []
    others = sorted({f.suffix for f in masks.iterdir() if f.is_file() and f.stem in {*lost}})
    kinds = f"; there are {', '.join(others)}, and masks are .png" if others else ""
    return [f"{sequence.name}: no mask of {_some(lost)}{kinds}"]


def _truth_problems(sequence: Sequence) -> list[str]:
    """Annotations that cannot be compared with."""
    problems = []
    for frame in sequence.compared:
        path = sequence.annotations[frame]
        try:
            size = read_picture(path).values.shape
        except InputError as error:
            problems.append(f"{sequence.name}: {error}")
            continue
        if size != sequence.size:
            problems.append(
                f"{sequence.name}: the annotation {path.name} is {_sizes({size})}, "
                f"the first annotation {_sizes({sequence.size})}"
            )
    return problems


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
