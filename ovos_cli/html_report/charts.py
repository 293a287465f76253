"""The plots: bars per sequence, J and F over time, the split of time over the modules."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.html_report.runs import Run, sequence_means
from ovos_cli.html_report.svg import GRID, INK, MUTED, PAPER, SUBJECT, figure, inline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OBJECT_COLOURS = (
    "#e4572e", "#2e86de", "#2ca05a", "#b565d9", "#d9a406", "#17a2b8", "#e0609e", "#8d6e4f",
)  # fmt: skip
"""One for each object in turn, in curves and pictures alike; they show on light and dark."""
BASELINE_COLOURS = ("#8a94a0", "#8a63d2", "#14919b", "#c2417c")
MODULE_COLOURS = ("#3a6ea8", "#4d9387", "#b58236", "#8468ad", "#ad566a", "#6f7c8a")
_MARKERS = ("D", "o", "s", "^")
_TEXT = 12
_ROW = 19
_MOST_ROWS = 60


def object_colour(index: int) -> str:
    """Colour of the object at a position among a sequence's objects."""
    return OBJECT_COLOURS[index % len(OBJECT_COLOURS)]


def baseline_colour(index: int) -> str:
    """Colour of a baseline."""
    return BASELINE_COLOURS[index % len(BASELINE_COLOURS)]


def module_colour(index: int) -> str:
    """Colour of a module in the split of time."""
    return MODULE_COLOURS[index % len(MODULE_COLOURS)]


def sequence_bars(run: Run, baselines: Sequence[Run], paper: float | None) -> Markup:
    """J&F of each sequence as a bar, best first; baselines as marks, the paper's mean as a line.

    Of a large set only the worst are shown; see `ranked_note`.
    """
    ranked = _ranked(run)[-_MOST_ROWS:]
    names = [name for _, name in ranked]
    drawing = figure(_ROW * len(names) + 34)
    axes = drawing.add_subplot()
    rows = range(len(names))
    axes.barh(rows, [value for value, _ in ranked], height=0.62, color=SUBJECT)
    for index, other in enumerate(baselines):
        found = [(row, other.sequences.get(name)) for row, name in enumerate(names)]
        marks = [(m[0], row) for row, s in found if s is not None and (m := sequence_means(s))]
        if marks:
            axes.plot(
                *zip(*marks, strict=True),
                color=baseline_colour(index),
                marker=_MARKERS[index % len(_MARKERS)],
                ls="",
                ms=7,
                mec=PAPER,
                mew=1,
            )
    if paper is not None:
        axes.axvline(paper, color=INK, lw=1, ls=(0, (4, 3)))
    axes.set_yticks(rows, names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.grid(axis="x", color=GRID, lw=1)
    _plain(axes, rows=INK)
    return inline(drawing, ranked_note(run))


def ranked_note(run: Run) -> str:
    """Which sequences the bars are of."""
    count = len(_ranked(run))
    if count <= _MOST_ROWS:
        return "J&F of each sequence"
    return f"J&F of the {_MOST_ROWS} lowest of {count} sequences"


def _ranked(run: Run) -> list[tuple[float, str]]:
    """J&F and name of each scored sequence, best first."""
    scored = ((m[0], s.name) for s in run.sequences.values() if (m := sequence_means(s)))
    return sorted(scored, reverse=True)


def over_time(
    sequence: SequenceScores, baselines: Sequence[SequenceScores | None], measure: str
) -> Markup:
    """J or F of each object at each scored frame; a baseline's mean over objects, dashed.

    Objects without scored frames leave their colour unused.

    Args:
        sequence: the subject's.
        baselines: the same sequence of each baseline, None where it was left out.
        measure: "J" or "F".
    """
    drawing = figure(150)
    axes = drawing.add_subplot()
    at = {name: index for index, name in enumerate(sequence.frames)}
    for index, other in enumerate(baselines):
        if other is not None and other.objects:
            x, y = _mean_curve(other, at, measure)
            axes.plot(x, y, color=baseline_colour(index), lw=1.2, ls=(0, (3, 2)))
    for index, scores in enumerate(sequence.objects.values()):
        if not scores.frames:
            continue
        x = [at[f] for f in scores.frames]
        y = scores.j if measure == "J" else scores.f
        axes.plot(x, y, color=object_colour(index), lw=1.6)
    axes.set_xlim(0, max(len(sequence.frames) - 1, 1))
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.5, 1], ["0", ".5", "1"])
    axes.locator_params(axis="x", integer=True, nbins=6)
    axes.set_title(measure, loc="left", fontsize=_TEXT, color=INK, pad=4)
    axes.grid(color=GRID, lw=1)
    _plain(axes, rows=MUTED)
    return inline(drawing, f"{measure} over time, {sequence.name}")


def _mean_curve(
    sequence: SequenceScores, at: dict[str, int], measure: str
) -> tuple[list[int], list[float]]:
    values: dict[int, list[float]] = {}
    for scores in sequence.objects.values():
        series = scores.j if measure == "J" else scores.f
        for frame, value in zip(scores.frames, series, strict=True):
            if frame in at:
                values.setdefault(at[frame], []).append(value)
    x = sorted(values)
    return x, [sum(values[i]) / len(values[i]) for i in x]


def score_by_round(
    sequences: Mapping[str, Sequence[float | None]], mean: Sequence[float | None]
) -> Markup:
    """J&F after 0, 1 … corrections: thin lines for sequences, a strong one for the mean."""
    drawing = figure(240)
    axes = drawing.add_subplot()
    known = [[v for v in curve if v is not None] for curve in (*sequences.values(), mean)]
    for curve in known[:-1]:
        axes.plot(range(len(curve)), curve, color=MUTED, lw=0.8)
    axes.plot(range(len(known[-1])), known[-1], color=SUBJECT, lw=2.4, marker="o", ms=5)
    axes.set_xticks(range(len(mean)))
    axes.set_ylim(min((min(curve) for curve in known if curve), default=0) - 0.03, 1.01)
    axes.set_xlabel("corrections", fontsize=_TEXT, color=MUTED)
    axes.grid(color=GRID, lw=1)
    _plain(axes, rows=MUTED)
    return inline(drawing, "J&F after each correction")


def timing_split(rows: Sequence[tuple[str, dict[str, float]]]) -> Markup:
    """Share of each module in the time of a frame, a bar for each row.

    Args:
        rows: a label, and seconds for each module.
    """
    drawing = figure(38 * len(rows) + 10)
    axes = drawing.add_subplot()
    for row, (_, parts) in enumerate(rows):
        total, left = sum(parts.values()), 0.0
        for index, (part, seconds) in enumerate(parts.items()):
            share = seconds / total if total else 0.0
            axes.barh(row, share, left=left, height=0.72, color=module_colour(index))
            if share > 0.07:
                middle = left + share / 2
                axes.text(
                    middle, row, part, fontsize=_TEXT, ha="center", va="center", color="#ffffff"
                )
            left += share
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.xaxis.set_visible(False)
    _plain(axes, rows=INK)
    return inline(drawing, "Share of each module in the time of a frame")


def _plain(axes: "Axes", *, rows: str) -> None:
    """Nothing but the drawing; `rows` colours the labels of the vertical axis, names or values."""
    axes.set_axisbelow(True)
    axes.set_facecolor("none")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=_TEXT, labelcolor=MUTED, pad=5)
    axes.tick_params(axis="y", labelcolor=rows)
