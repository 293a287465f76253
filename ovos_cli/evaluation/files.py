"""The files of a scored run: the official tool's CSVs and `results.json`."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.utils.text_file import read_json
from models.utils.whole_file import write_whole
from ovos_cli import __version__
from ovos_cli.datasets.sequence import Dataset
from ovos_cli.evaluation.machine import machine
from ovos_cli.evaluation.results import MEASURES, SequenceScores, global_measures
from ovos_cli.json_file import write_json
from ovos_cli.output import probe

JSON_NAME = "results.json"
_MEND = f"give a folder or a {JSON_NAME} that `ovos benchmark` or `ovos evaluate` wrote"


def results_record(
    dataset: Dataset,
    sequences: list[SequenceScores],
    *,
    method: str,
    settings: dict[str, Any],
    model: dict[str, str] | None = None,
    timing: dict[str, Any] | None = None,
    computed_by: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything about a run, as `results.json` has it.

    Args:
        dataset: what was run or scored.
        sequences: their scores.
        method: its name, for people.
        settings: what may change the masks.
        model: name, weights and sha256; None for masks from elsewhere.
        timing: of the whole run, by module.
        computed_by: the machine that ran the method, see `machine`; None is this one, which scores.
    """
    return {
        "ovos": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": dataset.name,
        "split": Path(dataset.split).stem,
        "split_file": dataset.split if dataset.listed else None,
        "subset_of": dataset.whole,
        "method": method,
        "settings": settings,
        "model": model,
        "machine": computed_by or machine(),
        "measures": global_measures(sequences, dataset.seen),
        "sequences": {s.name: s.to_dict() for s in sequences},
        "timing": timing,
    }


def check_results_folder(folder: Path) -> None:
    """Make the folder of results, and see that it can be written.

    Raises:
        InputError: it cannot, or holds the results of a benchmark, which scored its own masks.
    """
    if (folder / JSON_NAME).is_file() and read_results(folder).get("model"):
        raise InputError(
            f"{folder} holds a benchmark's results, and these would replace them; "
            "choose another --out"
        )
    try:
        probe(folder)
    except OSError as error:
        raise InputError(
            f"the results cannot be written to {folder}: {error.strerror}; choose another --out"
        ) from error


def write_results(folder: Path, record: dict[str, Any], label: str) -> list[Path]:
    """Write `results.json` and, if there are scores, the two CSVs; each complete or not at all.

    Args:
        folder: made if it is not there.
        record: of `results_record`.
        label: the data set's, for the CSVs' names.

    Returns:
        the files.

    Raises:
        InputError: the folder cannot be made, or what is there not be replaced.
        OvosError: a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = _table_names(label)
        tables = dict(zip(names, (_global_rows(record), _object_rows(record)), strict=True))
        written = []
        for old in (*_tables_there(folder), *tables):  # of other masks, or of another part
            (folder / old).unlink(missing_ok=True)
        for name, rows in tables.items():
            if record["measures"] is not None:
                write_csv(folder / name, rows)
                written.append(folder / name)
        write_json(folder / JSON_NAME, record)
        return [*written, folder / JSON_NAME]
    except OSError as error:
        raise InputError(
            f"the results cannot be written to {folder}: {error.strerror}; choose another --out"
        ) from error


def forget_results(folder: Path, *others: str) -> None:
    """Remove `results.json`, its tables and other files, whose masks are about to change.

    Raises:
        InputError: they cannot be removed.
    """
    try:
        for name in (*_tables_there(folder), JSON_NAME, *others):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"the results in {folder} cannot be replaced: {error.strerror}; choose another --out"
        ) from error


def read_results(path: Path) -> dict[str, Any]:
    """Read `results.json`, from itself or its folder.

    Raises:
        InputError: it is missing or no such file.
    """
    file = path / JSON_NAME if path.is_dir() else path
    try:
        record = read_json(file)
    except InputError as error:
        raise InputError(f"{error}; {_MEND}") from error
    if not isinstance(record, dict) or not {"sequences", "measures"} <= record.keys():
        raise InputError(f"{file} holds no results of ovos; {_MEND}")
    return record


def _table_names(label: str) -> tuple[str, str]:
    return f"global_results-{label}.csv", f"per-sequence_results-{label}.csv"


def _tables_there(folder: Path) -> tuple[str, ...]:
    """The tables of the results that a folder holds."""
    try:
        there = read_results(folder)
        part = f"-{len(there['sequences'])}of{there['subset_of']}" if there["subset_of"] else ""
        return _table_names(there["split"] + part)
    except (InputError, KeyError, TypeError):
        return ()


def _global_rows(record: dict[str, Any]) -> Iterable[list[str]]:
    measures = record["measures"] or {}
    yield list(measures) or list(MEASURES)
    yield [_three(v) for v in measures.values()]


def _object_rows(record: dict[str, Any]) -> Iterable[list[str]]:
    yield ["Sequence", "J-Mean", "F-Mean"]
    for name, sequence in record["sequences"].items():
        for ident, scores in sequence["objects"].items():
            yield [f"{name}_{ident}", _three(scores["J-Mean"]), _three(scores["F-Mean"])]


def _three(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def write_csv(path: Path, rows: Iterable[list[str]]) -> None:
    """Write rows, complete or not at all. Raises OvosError: it cannot be written."""
    content = StringIO()
    csv.writer(content, lineterminator="\n").writerows(rows)
    write_whole(path, content.getvalue().encode())
