"""One sequence: run a method over it, keep its masks, score them.

Sequences are independent of each other, so this is what another machine runs. A sequence is done
when its record is there, which is written last; a record is only believed when method and data
are the same as now. Scores are no part of it: they are computed from the masks whenever wanted.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Names
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import InputError, OvosError
from models.sources.files import digest as stored_digest
from models.utils.device import gpu_name
from models.utils.text_file import read_json
from ovos_cli import __version__
from ovos_cli.benchmarking.code_digest import code_digest
from ovos_cli.benchmarking.corrected import Corrected
from ovos_cli.benchmarking.method import GivenFrame, MaskMaker, Method, ModelMethod
from ovos_cli.datasets.sequence import Sequence
from ovos_cli.evaluation.machine import machine
from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.evaluation.scoring import scored_sequence
from ovos_cli.json_file import write_json
from ovos_cli.masks.palette import full_palette
from ovos_cli.masks.writer import write_mask
from ovos_cli.media.folder_reader import read_picture

MASKS, RECORDS = "masks", "runs"


def run_sequence(
    sequence: Sequence,
    method: Method,
    folder: Path,
    tick: Callable[[], None] = lambda: None,
) -> SequenceScores:
    """Run a method over one sequence, and score it where there is ground truth.

    Writes `masks/NAME/FRAME.png` below the folder, then `runs/NAME.json`; needs and touches
    nothing of other sequences.

    Args:
        sequence: with frames and first annotations.
        method: what to run.
        folder: of this method's results.
        tick: called after each frame.

    Raises:
        InputError: a frame or a first annotation cannot be read.
        OvosError: the method fails.
    """
    masks = cleared(sequence, folder)
    tracker = method.tracker(sequence.name)
    palette = full_palette([value for colour in sequence.palette for value in colour])
    started = time.perf_counter()
    with ThreadPoolExecutor(1) as reader, ThreadPoolExecutor(1) as writer:
        written = []
        followed = tracker.follow(_frames(sequence, reader))
        for name, ids in zip(sequence.frames, followed, strict=True):
            written.append(writer.submit(write_mask, masks / f"{name}.png", ids, palette))
            tick()
        seconds = time.perf_counter() - started
        for future in written:
            future.result()
    return write_record(sequence, method, folder, seconds, tracker.times)


def cleared(sequence: Sequence, folder: Path) -> Path:
    """Forget what was run of a sequence; the folder of its masks, empty."""
    masks = folder / MASKS / sequence.name
    record = folder / RECORDS / f"{sequence.name}.json"
    record.unlink(missing_ok=True)
    record.parent.mkdir(parents=True, exist_ok=True)
    masks.mkdir(parents=True, exist_ok=True)
    for old in masks.glob("*.png"):
        old.unlink()
    return masks


def write_record(
    sequence: Sequence,
    maker: MaskMaker,
    folder: Path,
    seconds: float,
    times: list[dict[str, float]],
    corrected: Names[str] = (),
) -> SequenceScores:
    """Note that a sequence is done, now that its masks are written, and score it.

    Args:
        seconds: that it took.
        times: seconds by part of the method for each frame that was gone through.
        corrected: frames whose truth was given.

    Raises:
        OvosError: it cannot be written, or the data changed meanwhile.
    """
    parts = list(dict.fromkeys(part for each in times for part in each))
    values = {
        "method": method_key(maker),
        "data": _data_key(sequence, maker),
        "machine": machine(gpu_name(getattr(maker, "device", "cpu"))),
        "seconds": seconds,
        "times": {part: [round(each.get(part, 0.0), 6) for each in times] for part in parts},
        "corrected": [*corrected],
        "passes": len(times),
    }
    write_json(folder / RECORDS / f"{sequence.name}.json", values)
    done = finished_sequence(sequence, maker, folder)
    if done is None:
        raise OvosError(
            f"sequence {sequence.name}: its data changed while it was run; run it again"
        )
    return done


def finished_sequence(sequence: Sequence, method: MaskMaker, folder: Path) -> SequenceScores | None:
    """Scores of a sequence that was run before, from its masks; None if it must be run (again).

    Raises:
        InputError: a mask cannot be scored.
    """
    record = read_record(folder / RECORDS / f"{sequence.name}.json")
    masks = folder / MASKS / sequence.name
    if (
        record is None
        or record["method"] != method_key(method)
        or record["data"] != _data_key(sequence, method)
        or not all((masks / f"{name}.png").is_file() for name in sequence.frames)
    ):
        return None
    timing = {part: sum(values) for part, values in record["times"].items()}
    return replace(
        scored_sequence(sequence, masks),
        seconds=record["seconds"],
        timing=timing,
        extra={
            "followed": _followed(sequence),
            "times": record["times"],
            "machine": record.get("machine"),
            "proposals_sha256": _stored_proposals(sequence, method),
            **{
                key: record[key] for key in ("corrected", "passes") if isinstance(method, Corrected)
            },
        },
    )


def _followed(sequence: Sequence) -> float:
    """Objects in a frame on average, which may begin in any."""
    begins = [sequence.frames.index(frame) for frame in sequence.objects.values()]
    return sum(len(sequence.frames) - begin for begin in begins) / len(sequence.frames)


def read_record(path: Path) -> dict[str, Any] | None:
    """The record of a sequence; None if there is none or it is damaged."""
    try:
        record = read_json(path)
        return record if {"method", "data", "seconds", "times"} <= set(record) else None
    except (InputError, TypeError):
        return None


def method_key(method: MaskMaker) -> str:
    """Names everything of a method that may change its masks: code, settings, weights.

    The version stays the same from one change of the code to the next, so it is not enough.
    """
    model = method.model()
    parts = {
        "ovos": __version__,
        "code": code_digest() if model else None,
        "settings": method.settings(),
        "sha256": model["sha256"] if model else None,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _data_key(sequence: Sequence, method: MaskMaker) -> str:
    """Names what a method sees of a sequence: frames, given masks, stored proposals."""
    digest = hashlib.sha256()
    for frame in sequence.frames:
        path = sequence.images[frame]
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{frame} {path.name} {content}\n".encode())
    for frame in sequence.starts:
        given = sequence.given(frame)
        digest.update(f"{frame}\n".encode() + (b"" if given is None else given.tobytes()))
    if isinstance(method, Corrected):  # who looks at the truth, and chooses by it
        for frame in sequence.compared:
            digest.update(f"{frame}\n".encode() + sequence.annotations[frame].read_bytes())
    digest.update((_stored_proposals(sequence, method) or "").encode())
    return digest.hexdigest()


def _stored_proposals(sequence: Sequence, method: MaskMaker) -> str | None:
    """SHA-256 of a sequence's proposals, where the method reads them from files."""
    source = method.files() if isinstance(method, ModelMethod | Corrected) else None
    return stored_digest(Path(source.of_sequence(sequence.name).argument)) if source else None


def _frames(sequence: Sequence, reader: ThreadPoolExecutor) -> Iterator[GivenFrame]:
    """Frames in order, the next one being read meanwhile."""
    ahead = reader.submit(read_picture, sequence.images[sequence.frames[0]])
    for place, name in enumerate(sequence.frames):
        image = ahead.result()
        following = sequence.frames[place + 1 : place + 2]
        if following:
            ahead = reader.submit(read_picture, sequence.images[following[0]])
        given = sequence.given(name)
        if given is not None and given.shape != image.shape[:2]:
            raise InputError(
                f"sequence {sequence.name}: frame {name} is {image.shape[1]}x{image.shape[0]}, "
                f"its annotation {given.shape[1]}x{given.shape[0]}"
            )
        yield GivenFrame(name, np.ascontiguousarray(image), given)
