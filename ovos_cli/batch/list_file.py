"""Lists of shots as files: CSV or TOML, into what each says, and where it stands."""

import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.utils.text_file import read_text

_SHOTS = "shot"
_SEPARATORS = ",;\t"
_HEAD = re.compile(rf"\s*\[\[\s*{_SHOTS}\s*\]\]")


@dataclass(frozen=True)
class Entry:
    """What a list says of one shot.

    where: for people, `line 3`. said: by option, `mask_colors` for `mask-colors`; texts of a CSV,
    what TOML has of a TOML. An option that is given more than once has a list.
    """

    where: str
    said: dict[str, Any]


def read_list_file(path: Path) -> list[Entry]:
    """Read a list; what stands for all shots is in each that says nothing else.

    Raises:
        InputError: it cannot be read, is of no known form, or names no shot.
    """
    text = read_text(path, "the list")
    entries = list(_toml(path, text) if path.suffix.lower() == ".toml" else _csv(path, text))
    if not entries:
        raise InputError(f"the list {path} names no shot")
    return entries


def option_named(name: str) -> str:
    """The option's own name for what people write: ` Mask-Colors`."""
    return name.strip().lower().removeprefix("--").replace("-", "_").replace(" ", "_")


def _csv(path: Path, text: str) -> Iterator[Entry]:
    lines = text.splitlines(keepends=True)
    first = next((i for i, line in enumerate(lines) if _told(line)), len(lines))
    separator = max(_SEPARATORS, key=lines[first].count) if first < len(lines) else ","
    rows = csv.reader(lines[first:], delimiter=separator, skipinitialspace=True, strict=True)
    columns: list[str] = []
    begin = first + 1
    try:
        for cells in rows:
            where, head = f"line {begin}", lines[begin - 1]
            begin = first + 1 + rows.line_num
            if not columns:
                columns = [option_named(cell) for cell in cells]
                _check_columns(path, where, columns)
            elif any(cell.strip() for cell in cells) and _told(head):
                if any(cell.strip() for cell in cells[len(columns) :]):
                    raise InputError(
                        f"{path}, {where} has {len(cells)} cells, and there are {len(columns)} "
                        "columns; what holds a comma stands in quotes"
                    )
                yield Entry(where, _by_column(columns, cells))
    except csv.Error as error:
        raise InputError(f"{path}, line {first + rows.line_num}: {error}") from error


def _told(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _check_columns(path: Path, where: str, columns: list[str]) -> None:
    if missing := [name for name in ("video", "mask") if name not in columns]:
        raise InputError(
            f"{path}, {where} should name the columns, and there is none called {missing[0]}: "
            "video,mask,out"
        )


def _by_column(columns: list[str], cells: list[str]) -> dict[str, Any]:
    """Cells with something in them; of columns of one name, all."""
    said: dict[str, Any] = {}
    for column, cell in zip(columns, (cell.strip() for cell in cells), strict=False):
        if cell:
            said[column] = [*said[column], cell] if column in said else [cell]
    return {name: held if len(held) > 1 else held[0] for name, held in said.items()}


def _toml(path: Path, text: str) -> Iterator[Entry]:
    try:
        held = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"the list {path} is no TOML: {error}") from error
    shots = held.pop(_SHOTS, [])
    if not isinstance(shots, list) or not all(isinstance(shot, dict) for shot in shots):
        raise InputError(f"the list {path} should have a table [[{_SHOTS}]] for each shot")
    heads = [number for number, line in enumerate(text.splitlines(), 1) if _HEAD.match(line)]
    for index, shot in enumerate(shots):
        where = f"line {heads[index]}" if len(heads) == len(shots) else f"shot {index + 1}"
        said = {option_named(name): value for name, value in (held | shot).items()}
        yield Entry(where, said)
