"""The page of a review: one HTML file that holds everything it shows."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import InputError, OvosError
from models.utils.whole_file import write_whole
from ovos_cli.html_report import pictures
from ovos_cli.masks.ids import ids_in
from ovos_cli.media.frame import FrameReader
from ovos_cli.media.open_source import open_source
from ovos_cli.media.source import LiveSource
from ovos_cli.review.commands import edit_command, resume_command
from ovos_cli.review.history import Seen, runs
from ovos_cli.review.measured import Ids
from ovos_cli.review.ranking import DOUBTFUL, Look, frame_confidence
from ovos_cli.review.reading import StoredShot
from ovos_cli.review.review import Review
from ovos_cli.review.table import in_words
from ovos_cli.shot.options_file import options_of

_WIDTH, _GIVEN_WIDTH = 760, 380
_MOST_EVENTS = 300
_LEVELS = 10
"""Shades of the strips."""


def write_page(target: Path, shot: StoredShot, review: Review) -> list[str]:
    """Write the page.

    Returns:
        What it lacks, for people; empty mostly.

    Raises:
        OvosError: a package of the `benchmark` extra is missing, or it cannot be written.
    """
    try:
        import jinja2
    except ImportError as error:
        raise OvosError(
            f"the page needs {error.name}: pip install 'ovos-cli[benchmark]'; objects.csv is "
            "written"
        ) from error
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    here = resources.files(__package__)
    template = environment.from_string(here.joinpath("template.html.j2").read_text("utf-8"))
    style = resources.files("ovos_cli.html_report").joinpath("style.css").read_text("utf-8")
    style += here.joinpath("style.css").read_text("utf-8")
    reader, gaps = _source(shot)
    frames = [*_cards(shot, review, reader, gaps)]
    page = template.render(style=style, **_context(shot, review, frames, gaps))
    write_whole(target, page.encode())
    return gaps


def _context(
    shot: StoredShot, review: Review, cards: Sequence[dict[str, Any]], gaps: Sequence[str]
) -> dict[str, Any]:
    first, last = min(shot.stems), max(shot.stems)
    mean = frame_confidence({i: _confidence(t) for i, t in shot.history.items()})
    listed = {*review.listed}
    return {
        "name": shot.folder.root.resolve().name,
        "source": shot.record.get("source", ""),
        "gaps": [*shot.gaps, *gaps],
        "facts": [
            ("frames", f"{len(shot.stems):,}"),
            ("objects", str(len(shot.history))),
            ("frames that may be bad", f"{len(listed):,} ({len(listed) / len(shot.stems):.0%})"),
            ("mean confidence", f"{sum(mean.values()) / len(mean):.2f}" if mean else "none"),
        ],
        "live": shot.live,
        "looks": cards,
        "first": first,
        "last": last,
        "span": last - first + 1,
        "strips": [
            _strip(ident, track, shot, review, first) for ident, track in shot.history.items()
        ],
        "marks": [
            {
                "at": round(100 * (look.frame - first + 0.5) / (last - first + 1), 2),
                "rank": n,
                "frame": look.frame,
            }
            for n, look in enumerate(review.looks, 1)
        ],
        "cuts": [cut - first for cut in shot.cuts],
        "events": [
            {
                "frame": event.frame,
                "object": shot.names.name(event.ident) if event.ident else "",
                "colour": _colour(shot, event.ident) if event.ident else None,
                "words": in_words(event, shot.names),
            }
            for event in review.events[:_MOST_EVENTS]
        ],
        "more": max(0, len(review.events) - _MOST_EVENTS),
        "doubtful": DOUBTFUL,
    }


def _strip(
    ident: int, track: dict[int, Seen], shot: StoredShot, review: Review, first: int
) -> dict[str, Any]:
    """An object's row in the timeline: pieces of equal confidence, and the frames given."""
    shades: dict[int, list[int]] = {}
    for frame, seen in track.items():
        if not seen.given:
            shade = min(int(seen.confidence * _LEVELS), _LEVELS - 1)
            shades.setdefault(shade, []).append(frame)
    found = [seen for seen in track.values() if not seen.given]
    doubtful = sum(seen.confidence < DOUBTFUL for seen in found)
    return {
        "name": shot.names.name(ident),
        "colour": _colour(shot, ident),
        "pieces": [
            {"x": low - first, "width": high - low + 1, "shade": shade}
            for shade, frames in sorted(shades.items())
            for low, high in runs(frames)
        ],
        "given": [
            {"x": low - first, "width": high - low + 1}
            for low, high in runs(f for f, seen in track.items() if seen.given)
        ],
        "mean": f"{sum(s.confidence for s in found) / len(found):.2f}" if found else "given",
        "doubtful": doubtful,
        "frames": len(found),
    }


def _cards(
    shot: StoredShot, review: Review, reader: FrameReader | None, gaps: list[str]
) -> Iterator[dict[str, Any]]:
    root = shot.folder.root
    for look in review.looks:
        picture: str | None = None
        given: dict[str, Any] | None = None
        if reader is not None:
            try:
                picture = _picture(shot, reader, look.frame, look.objects, _WIDTH)
                given = _given(shot, reader, look)
            except InputError as error:
                gaps.append(f"frame {look.frame} has no picture: {error}")
        yield {
            "frame": look.frame,
            "time": _time(reader, look.frame),
            "picture": picture,
            "given": given,
            "gain": f"{look.gain:.0f}" if look.gain >= 1 else "1",
            "first": look.first,
            "last": look.last,
            "objects": [
                {
                    "name": shot.names.name(ident),
                    "colour": _colour(shot, ident),
                    "confidence": f"{shot.history[ident][look.frame].confidence:.2f}",
                }
                for ident in look.objects
            ],
            "reasons": [
                f"{shot.names.name(event.ident)}: {in_words(event, shot.names)}"
                for event in review.reasons(look)
            ],
            "resume": resume_command(root, look.frame),
            "edit": edit_command(root, look.frame),
        }


def _picture(
    shot: StoredShot, reader: FrameReader, frame: int, objects: Sequence[int], width: int
) -> str:
    """A frame around some objects, tinted; the whole frame where they are not seen.

    Raises:
        InputError: the frame or its mask cannot be read, or they are not of one size.
    """
    ids, image = shot.masks(frame), reader.frame(frame).image
    if image.shape[:2] != ids.shape:
        raise InputError("the source has frames of another size than the masks")
    height, wide = ids.shape
    shown = np.isin(ids, objects)
    if not {*objects} <= ids_in(ids):  # wherever it is
        shown = np.ones_like(shown)
    rows, columns = pictures.window(shown, wide / height)
    colours = {ident: pictures.rgb(_colour(shot, ident)) for ident in shot.history}
    small = pictures.thumbnail(image[rows, columns], ids[rows, columns], colours, width)
    return pictures.data_uri(small)


def _given(shot: StoredShot, reader: FrameReader, look: Look) -> dict[str, Any] | None:
    """The nearest frame in which the first of the objects was given, to compare with."""
    ident = look.objects[0]
    known = [f for f, seen in shot.history[ident].items() if seen.given and seen.area]
    if not known:
        return None
    frame = min(known, key=lambda f: abs(f - look.frame))
    seen: Ids = shot.masks(frame)
    objects = [i for i in look.objects if (seen == i).any()]
    return {
        "frame": frame,
        "picture": _picture(shot, reader, frame, objects, _GIVEN_WIDTH),
    }


def _source(shot: StoredShot) -> tuple[FrameReader | None, list[str]]:
    """What frames are read of; None with the reason why there are none."""
    if shot.live:
        return None, ["the source passed once: there are no pictures"]
    try:
        source, *_ = options_of(shot.record.get("options", {}), shot.folder.root)
        assert not isinstance(source.place, LiveSource)
        rate = Fraction(source.fps).limit_denominator(1001)
        reader = open_source(
            source.place, start=source.start, end=source.end, rate=rate, stream=source.stream
        )
    except InputError as error:
        return None, [f"there are no pictures: {error}"]
    return reader, []


def _time(reader: FrameReader | None, frame: int) -> str:
    if reader is None or not reader.rate:
        return ""
    seconds = float(frame / reader.rate)
    return f"{int(seconds // 60)}:{seconds % 60:05.2f}"


def _colour(shot: StoredShot, ident: int) -> str:
    """An object's colour on the page: some of the masks' own would not show on a dark picture."""
    from ovos_cli.html_report.charts import object_colour  # needs what comes with jinja2

    return object_colour([*shot.history].index(ident))


def _confidence(track: dict[int, Seen]) -> dict[int, float]:
    return {frame: seen.confidence for frame, seen in track.items()}
