"""Which shots of a list are done already, from what their output folders hold."""

import hashlib
from pathlib import Path

from models.errors import InputError
from models.hub.load import LoadedModel
from models.utils.text_file import read_json
from models.utils.whole_file import write_whole
from ovos_cli.batch.result import Result, State, from_records
from ovos_cli.batch.rows import Row
from ovos_cli.benchmarking.code_digest import code_digest
from ovos_cli.masks.keyframes import mask_arguments
from ovos_cli.shot.folder import ShotFolder
from ovos_cli.shot.identity import source_digest
from ovos_cli.shot.options_file import options_record
from ovos_cli.shot.plan import hashed
from ovos_cli.sinks import SINKS
from ovos_cli.sinks.masks import MasksSink

_NOTE = "batch"
_OF_THE_WAY = ("overwrite", "resume", "quiet", "cache")
"""Options from which no result follows."""


def key_of(row: Row, loaded: LoadedModel) -> str:
    """A digest of all that a shot's results follow from.

    Raises:
        InputError, OSError: a mask, or the video, is no longer there.
    """
    options = options_record((row.source, row.output, row.model, row.memory))
    for name in _OF_THE_WAY:
        options["OutputOptions"].pop(name, None)
    given = mask_arguments(row.source.mask, row.source.start)
    masks = [(frame, _contents(path)) for frame, path in given]
    names = row.output.names
    called = _contents(Path(names)) if names and Path(names).is_file() else names
    code = code_digest(), code_digest(Path(__file__).parent.parent)
    return hashed(options, masks, called, source_digest(row.source.place), loaded.sha256, code)


def _contents(path: Path) -> list[tuple[str, str]]:
    """Digests of a file, or of all files below a folder."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [
        (file.name, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in files
        if file.is_file()
    ]


def note_done(row: Row, key: str) -> None:
    """Keep in mind that a shot is done. Raises OvosError: its folder cannot be written."""
    write_whole(ShotFolder(row.out).kept / _NOTE, key.encode())


def done_before(row: Row, key: str) -> Result | None:
    """What an earlier run of the same made of a shot; None where it is not complete."""
    folder = ShotFolder(row.out)
    note, record = folder.kept / _NOTE, folder.read_record()
    if record is None or record.get("state") != "complete":
        return None
    try:
        if note.read_text(encoding="ascii") != key:
            return None
        timing = read_json(folder.timing)
        result = from_records(row, State.BEFORE, record, timing)
    except (
        InputError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
    ):  # of a folder that something happened to
        return None
    return result if _is_there(row, result.frames) else None


def _is_there(row: Row, frames: int) -> bool:
    """Whether nobody took outputs away."""
    output = row.output
    names = {"masks", *(output.write or ())}
    names |= {name for name in ("mattes", "overlay") if getattr(output, name)}
    places = [row.out / SINKS[name].place_name for name in names]
    masks = len([*MasksSink.files(row.out / MasksSink.place_name)])
    return masks >= frames and all(place.exists() for place in places)
