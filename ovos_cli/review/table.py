"""objects.csv: a row for each object and frame."""

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from models.utils.whole_file import write_whole
from ovos_cli.review.events import Event, Kind
from ovos_cli.review.history import History
from ovos_cli.shot.object_names import ObjectNames

HEADS = (
    "object",
    "name",
    "frame",
    "mask",
    "confidence",
    "origin",
    "area",
    "x",
    "y",
    "overlap_with_frame_before",
    "forward_backward_overlap",
    "look",
    "events",
)


def write_objects(
    path: Path,
    history: History,
    names: ObjectNames,
    stems: Mapping[int, str],
    listed: Collection[int],
    events: Iterable[Event],
) -> None:
    """Write the table.

    Args:
        names: of objects. stems: names of the frames' masks.
        listed: frames to look at.

    Raises:
        OvosError: it cannot be written.
    """
    said: dict[tuple[int, int], list[str]] = {}
    for event in events:
        place = event.frame, event.ident
        said.setdefault(place, []).append(in_words(event, names))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADS)
    chosen = {*listed}
    for ident, track in history.items():
        for frame, seen in track.items():
            y, x = seen.centre if seen.centre is not None else (None, None)
            rows.writerow(
                (
                    ident,
                    names.name(ident),
                    frame,
                    stems[frame],
                    _number(seen.confidence, 3),
                    seen.origin,
                    round(seen.area),
                    _number(x, 1),
                    _number(y, 1),
                    _number(seen.kept, 3),
                    _number(seen.agreement, 3),
                    int(frame in chosen),
                    "; ".join([*said.get((frame, 0), ()), *said.get((frame, ident), ())]),
                )
            )
    write_whole(path, text.getvalue().encode())


def in_words(event: Event, names: ObjectNames) -> str:
    """An event for people, without its frame and object: `lost to frame 57`."""
    words = str(event.kind)
    if event.other:
        other = names.name(event.other)
        if event.kind is Kind.OVERLAP:
            words = words.replace("another object", other)
        else:
            words += f" with {other}"
    if event.last > event.frame:
        words += f" to frame {event.last}"
    return f"{words} ({event.note})" if event.note else words


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
