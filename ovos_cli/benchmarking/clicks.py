"""How good first masks are that a simulated person makes with a box, or with clicks."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.table import Table

from models.clicks.answer import mask_from_prompt
from models.clicks.clicked_frame import answers_in
from models.clicks.prompt import Prompt
from models.clicks.simulated import clicked, overlap
from models.tracking.segmenter import Segmenter
from ovos_cli.datasets.sequence import Dataset, Sequence
from ovos_cli.evaluation.files import write_csv
from ovos_cli.evaluation.tables import three
from ovos_cli.masks.ids import boxes_of
from ovos_cli.media.folder_reader import read_picture

MOST = 20
"""Clicks that a person makes at most."""
_SHOWN = (1, 3, 5)
_WANTED = (0.85, 0.9)


@dataclass(frozen=True, slots=True)
class ClickedObject:
    """An object of a first frame.

    box: IoU with the truth of its mask from a tight box. clicks: IoU after each click, until
    nothing is wrong: the first in its middle, each next one in the middle of the largest error.
    """

    sequence: str
    ident: int
    box: float
    clicks: list[float]

    def after(self, count: int) -> float:
        """IoU after so many clicks; after the last one, where fewer did."""
        return self.clicks[min(count, len(self.clicks)) - 1]

    def until(self, iou: float) -> int:
        """How many clicks an IoU takes; `MOST` where they do not do."""
        return next((n for n, found in enumerate(self.clicks, 1) if found >= iou), MOST)


def click_objects(
    data: Dataset,
    segmenter: Callable[[str], Segmenter],
    tick: Callable[[], None] = lambda: None,
) -> list[ClickedObject]:
    """Click the objects of each sequence's first frame, each without knowledge of the others.

    Args:
        segmenter: a fresh one for the sequence of a name.
        tick: called after each sequence.

    Raises:
        InputError: a frame or an annotation cannot be read.
    """
    found = []
    for sequence in data.sequences:
        found += _of_first(sequence, segmenter(sequence.name))
        tick()
    return found


def _of_first(sequence: Sequence, segmenter: Segmenter) -> list[ClickedObject]:
    first = sequence.frames[0]
    image, ids = read_picture(sequence.images[first]), sequence.read(first)
    (prepared,) = segmenter.prepare([image], [first])
    answers = answers_in(image, prepared, segmenter)
    found = []
    for ident, around in boxes_of(ids).items():
        truth = ids == ident
        boxed = overlap(mask_from_prompt(answers, Prompt(around)), truth)
        found.append(ClickedObject(sequence.name, ident, boxed, clicked(answers, truth, MOST)))
    return found


def clicks_table(objects: list[ClickedObject], title: str) -> Table:
    """A row for each object; then the means, and how many clicks it takes."""
    table = Table(
        title=f"IoU of first masks from a box and from clicks, {title}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        caption=f"Clicks to an IoU: at most {MOST}, which stands where they do not do.",
        caption_justify="left",
    )
    table.add_column("object", no_wrap=True)
    for head in _heads():
        table.add_column(head, justify="right")
    for each in objects:
        table.add_row(f"{each.sequence} {each.ident}", *map(_text, _row(each)))
    table.add_section()
    means = [statistics.mean(column) for column in zip(*map(_row, objects), strict=True)]
    last = [f"{mean:.1f}" for mean in means[-len(_WANTED) :]]
    shown = [three(mean) for mean in means[: -len(_WANTED)]]
    table.add_row(f"mean of {len(objects)}", *shown, *last, style="bold")
    return table


def write_clicks(folder: Path, objects: list[ClickedObject], label: str) -> Path:
    """Write the table's rows as CSV. Raises OvosError: it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"clicks_results-{label}.csv"
    rows = ([o.sequence, str(o.ident), *map(_text, _row(o))] for o in objects)
    write_csv(path, [["Sequence", "Object", *_heads()], *rows])
    return path


def _heads() -> list[str]:
    clicks = [f"{n} click{'s' if n > 1 else ''}" for n in _SHOWN]
    return ["box", *clicks, *(f"clicks to {iou}" for iou in _WANTED)]


def _row(each: ClickedObject) -> list[float]:
    return [each.box, *map(each.after, _SHOWN), *map(each.until, _WANTED)]


def _text(value: float) -> str:
    return str(value) if isinstance(value, int) else three(value)
