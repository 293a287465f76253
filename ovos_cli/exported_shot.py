"""`ovos export` for Python: the masks of a shot for other programs, in one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ovos_cli.export_run import open_export
from ovos_cli.option_groups import ExportOptions


@dataclass(frozen=True, slots=True)
class ExportedShot:
    """What `export_shot` wrote.

    places: files and folders, one for each output. warnings: for people, such as that the shot is
    not complete.
    """

    places: tuple[Path, ...]
    warnings: tuple[str, ...]


def export_shot(
    shot: str | Path,
    to: str | Sequence[str],
    out: str | Path | None = None,
    *,
    video: str | Path | None = None,
    overwrite: bool = False,
    names: str | None = ExportOptions.names,
    pattern: str | None = ExportOptions.pattern,
    first_number: int | None = ExportOptions.first_number,
    bits: int | None = ExportOptions.bits,
    apart: bool = ExportOptions.apart,
    soft_edges: bool = ExportOptions.soft_edges,
    median: int = ExportOptions.median,
    fill_holes: int = ExportOptions.fill_holes,
    drop_islands: int = ExportOptions.drop_islands,
    grow: int = ExportOptions.grow,
    feather: float = ExportOptions.feather,
) -> ExportedShot:
    """Write the masks of a shot in the formats of other programs, as `ovos export` does.

    Nothing is computed again, and nothing is printed. Each option is the command's of the same
    name, with its default; `ovos export --help` explains them, and lists the formats.

    Args:
        shot: the output folder of `segment_video`, `ovos segment` or `ovos edit`.
        to: a format, `"coco"`, or several.
        out: a folder; None is `export` in the shot's.
        video: where the video is now, if it is not where it was.
        overwrite: replace what an earlier export wrote.
        names: what objects are called, `1=dog,2=cat`, or a TOML file's path.
        pattern, first_number: names of frames' files, and the number of the first.
        bits, apart, soft_edges: of PNGs, 8 or 16; each object by itself; alpha is how likely an
            object is.
        median, fill_holes, drop_islands, grow, feather: what is changed of masks, in frames and
            pixels.

    Raises:
        InputError: anything that was given is missing, damaged, or does not go together; a mask or
            a frame cannot be read. Nothing is written then.
        OvosError: an output cannot be written. Nothing is left of it; the others are there.
    """
    run = open_export(
        Path(shot),
        [to] if isinstance(to, str) else list(to),
        ExportOptions(
            names=names,
            pattern=pattern,
            first_number=first_number,
            bits=bits,
            apart=apart,
            soft_edges=soft_edges,
            median=median,
            fill_holes=fill_holes,
            drop_islands=drop_islands,
            grow=grow,
            feather=feather,
        ),
        out=None if out is None else Path(out),
        video=None if video is None else str(video),
        overwrite=overwrite,
    )
    places = run.follow()
    if run.failures:
        raise run.failures[0]
    return ExportedShot(tuple(places), (*run.doubts, *run.warnings))
