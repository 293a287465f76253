"""A shot of a list on its way to another machine and back, with all files that it needs."""

import json
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.errors import OvosError
from models.utils.whole_file import write_whole
from ovos_cli import __version__
from ovos_cli.batch.result import Result
from ovos_cli.batch.rows import Row
from ovos_cli.batch.run import Here, Models
from ovos_cli.benchmarking.code_digest import code_digest
from ovos_cli.shot.folder import ShotFolder

Files = dict[str, bytes]
"""Contents by path below a folder; of a single file, under no name at all."""
_OF_A_MACHINE = ("features", "lock", "reserve")
"""Parts of `.ovos` that are of no use elsewhere."""


@dataclass(frozen=True)
class Shipment:
    """A shot, and what lies at the paths that its options name.

    things: the video, masks, weights and names, by their paths. inside: of masks that lie among the
    frames, their names there. before: what the output folder holds. code: what makes results must
    be the same everywhere.
    """

    row: Row
    things: dict[str, Files]
    inside: dict[str, str]
    before: Files
    overwrite: bool
    code: tuple[str, str]


def pack(row: Row, *, overwrite: bool) -> Shipment:
    """Read all that a shot needs. Raises OSError: something of it is gone."""
    video, weights = Path(row.source.video), row.model.weights
    masks = [_split(text)[1] for text in row.source.mask]
    among = [*video.iterdir()] if video.is_dir() else []
    inside = {
        str(mask): frame.name
        for mask in masks
        for frame in among
        if frame.exists() and mask.samefile(frame)
    }
    wanted = [path for path in masks if str(path) not in inside]
    wanted += [path for path in (weights, _names_file(row)) if path is not None]
    things = {str(video): _contents(video, "*")}
    things |= {str(path): _contents(path, "**/*") for path in wanted}
    code = (__version__, code_digest())
    return Shipment(row, things, inside, _of_output(row.out), overwrite, code)


def run_shipment(shipment: Shipment) -> tuple[Files, Result]:
    """Segment a shot in a folder of its own; for a worker.

    Returns:
        Its output folder's files, and its result, in which paths are those of where it came from.

    Raises:
        OvosError: this machine has another ovos.
    """
    if shipment.code != (__version__, code_digest()):
        raise OvosError(
            f"a machine of the cluster has another ovos ({__version__}, {code_digest()[:8]}; here "
            f"{shipment.code[0]}, {shipment.code[1][:8]}); install one version everywhere"
        )
    with tempfile.TemporaryDirectory(prefix="ovos-") as folder:
        moved = _unpack(shipment, Path(folder))
        row = _moved_row(shipment.row, moved)
        (result,) = Here(_models())([row], _Unwatched(), overwrite=shipment.overwrite)
        files = _of_output(row.out)
        back = [(there, here) for here, there in moved.items()]
        if "run.json" in files:
            record = _with_paths(json.loads(files["run.json"]), back)
            files["run.json"] = json.dumps(record, indent=2).encode()
        result = replace(
            result,
            row=shipment.row,
            reason=_with_paths(result.reason, back),
            warnings=_with_paths(result.warnings, back),
        )
        return files, result


def store(files: Files, shipment: Shipment) -> None:
    """Make an output folder hold what came back; what came not back was removed there.

    Raises:
        OvosError: a file cannot be written.
    """
    root = shipment.row.out
    if "run.json" in files:
        record = json.loads(files["run.json"]) | {"command": sys.argv}
        files = files | {"run.json": json.dumps(record, indent=2).encode() + b"\n"}
    for name, content in files.items():
        if shipment.before.get(name) != content or name == "run.json":
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content)
    for name in shipment.before.keys() - files.keys():
        (root / name).unlink(missing_ok=True)


def _contents(path: Path, pattern: str) -> Files:
    """Of a file, or of the files in a folder that are named so."""
    if path.is_dir():
        files = [file for file in path.glob(pattern) if file.is_file()]
        return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}
    return {"": path.read_bytes()}


def _names_file(row: Row) -> Path | None:
    names = row.output.names
    return Path(names) if names and Path(names).is_file() else None


def _of_output(root: Path) -> Files:
    """What is in an output folder, but for what is of this machine alone."""
    apart = [ShotFolder(root).kept / name for name in _OF_A_MACHINE]
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file() and not any(file == each or each in file.parents for each in apart)
    }


def _unpack(shipment: Shipment, folder: Path) -> dict[str, str]:
    """Write everything below a folder; where each path is there."""
    moved = dict[str, str]()
    for number, (here, files) in enumerate(shipment.things.items()):
        there = folder / str(number) / os.path.basename(here)
        moved[here] = str(there)
        for name, content in files.items():
            target = there / name if name else there
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    frames = Path(moved[shipment.row.source.video])
    moved |= {mask: str(frames / name) for mask, name in shipment.inside.items()}
    out = folder / "out" / shipment.row.out.name
    moved[str(shipment.row.out)] = str(out)
    for name, content in shipment.before.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    return moved


def _moved_row(row: Row, moved: dict[str, str]) -> Row:
    masks = [f"{frame}{moved[str(path)]}" for frame, path in map(_split, row.source.mask)]
    names, weights = row.output.names, row.model.weights
    return replace(
        row,
        source=replace(row.source, video=moved[row.source.video], mask=masks),
        output=replace(
            row.output, out=Path(moved[str(row.out)]), names=moved.get(names or "", names)
        ),
        model=replace(row.model, weights=weights and Path(moved[str(weights)])),
    )


def _split(mask: str) -> tuple[str, Path]:
    """`57=` and the path of a mask argument; nothing before a path alone."""
    if Path(mask).exists():
        return "", Path(mask)
    frame, equals, path = mask.partition("=")
    return frame + equals, Path(path)


def _with_paths(held: Any, pairs: list[tuple[str, str]]) -> Any:
    """What JSON holds, with all texts' paths changed, each (there, here)."""
    if isinstance(held, str):
        for there, here in sorted(pairs, reverse=True):
            held = held.replace(there, here)
    elif isinstance(held, list):
        return [_with_paths(each, pairs) for each in held]
    elif isinstance(held, dict):
        return {name: _with_paths(each, pairs) for name, each in held.items()}
    return held


class _Unwatched:
    """Nobody looks at a worker."""

    def begin(self, row: Row, frames: int | None) -> None:
        """See `Watch`."""

    def tick(self) -> None:
        """See `Watch`."""


@lru_cache(maxsize=1)
def _models() -> Models:
    """For as long as this worker lives."""
    return Models()
