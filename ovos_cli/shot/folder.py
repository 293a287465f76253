"""The folder of a shot: its results, what they follow from, and who is writing to it."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from models.errors import InputError
from models.pictures.opened import MOST_PIXELS, opened
from models.tracking.objects import Ids
from models.utils.text_file import read_json
from ovos_cli.json_file import write_json
from ovos_cli.masks.palette import Palette, full_palette
from ovos_cli.masks.writer import write_mask
from ovos_cli.output import probe, refuse_links, remove_if_empty, writing
from ovos_cli.sinks import OF_RUN, SINKS
from ovos_cli.sinks.exports import remove_output
from ovos_cli.sinks.sink import Sink

KEPT = ".ovos"
_RESERVED = 2**16
"""Bytes that are kept free for the last record of a run that fills the disk."""


class BusyError(InputError):
    """Another process is writing to the folder."""


class ShotFolder:
    """Outputs, timing.json and run.json below one folder, and `.ovos` with what a run goes on from.

    While there are masks of an earlier run, or of before a correction, new ones wait in `.ovos`
    until all are there: what can be seen is of one run.
    """

    def __init__(self, root: Path) -> None:
        """Name it; nothing is made or read yet."""
        self.root = root
        self.kept = root / KEPT
        self.waiting = self.kept / "waiting"
        self.exporting = self.kept / "exporting"  # exports that are not whole
        self.timing, self.record = root / "timing.json", root / "run.json"
        self._reserve = self.kept / "reserve"
        self._lock = FileLock(self.kept / "lock", timeout=0)

    # Beginning and end

    def claim(self, *, anew: bool, go_on: bool) -> None:
        """Make the folder ours until `release`, or until the process ends.

        Args:
            anew: an earlier run's results may be replaced.
            go_on: the run goes on from what is there.

        Raises:
            InputError: not a folder, not writable, of another run and neither `anew` nor `go_on`,
                or another process is writing to it: `BusyError`.
        """
        root = self.root
        if root.exists() and not root.is_dir():
            raise InputError(f"the output {root} is a file; give a folder with --out")
        refuse_links(self.kept, *self.kept.rglob("*"))
        with writing(root):
            # Of a run that was killed before it began, only our own folder is there.
            used = root.is_dir() and any(
                p.is_file() and self.kept not in p.parents for p in root.rglob("*")
            )
            self.refuse_running()
            if used and not (anew or go_on):
                raise InputError(self._in_use())
            probe(root)
            self.kept.mkdir(exist_ok=True)
            try:
                self._lock.acquire()
            except Timeout:
                raise BusyError(self._busy()) from None
        with suppress(OSError):
            self._reserve.write_bytes(bytes(_RESERVED))
        for part in [*root.glob(".*.part*"), *root.glob("m*/**/.*.part")]:
            part.unlink(missing_ok=True)  # of a run that was killed

    def make_room(self) -> None:
        """Free what was kept free for the last record."""
        self._reserve.unlink(missing_ok=True)

    def refuse_linked_outputs(self) -> None:
        """See that no output is written elsewhere. Raises InputError."""
        refuse_links(*(self.root / sink.place_name for sink in SINKS.values()))

    def release(self) -> None:
        """Let others write; of a run that wrote nothing, nothing is left."""
        self.make_room()
        if not self._lock.is_locked:
            return
        shutil.rmtree(self.exporting, ignore_errors=True)  # of a run that failed
        self._lock.release()
        if not self.record.exists() and not any(self._of_frames()):
            shutil.rmtree(self.kept, ignore_errors=True)
            remove_if_empty(self.root / "masks", self.root)

    def refuse_running(self) -> None:
        """See that no other process is writing here. Raises InputError: one is."""
        if self.kept.is_dir():
            try:
                with self._lock:
                    pass
            except Timeout:
                raise BusyError(self._busy()) from None

    def _busy(self) -> str:
        return f"another ovos is writing to {self.root}; wait for it, or choose another --out"

    def _in_use(self) -> str:
        record = self.read_record() or {}
        state = record.get("state", "")
        if state and record.get("live"):
            return (
                f"the output folder {self.root} holds a run of {record.get('source')}, which "
                "cannot be gone on with; add --overwrite to replace it, or choose another --out"
            )
        if state and state != "complete":
            what = "was killed" if state == "running" else f"is {state}"
            return (
                f"the output folder {self.root} holds a run that {what}; go on with it: ovos "
                f"resume {self.root}, or begin anew with --overwrite"
            )
        return (
            f"the output folder {self.root} is not empty; add --overwrite to replace what is "
            "there, --resume to go on from it, or choose another --out"
        )

    # Records

    def holds_run(self) -> bool:
        """Whether there is a run that can be gone on with."""
        return self.kept.is_dir() and self.read_record() is not None

    def read_record(self) -> dict[str, Any] | None:
        """What run.json holds; None where there is none that can be read."""
        try:
            found = read_json(self.record)
        except InputError:
            return None
        return found if isinstance(found, dict) else None

    def write_given(self, given: dict[int, Ids], palette: Palette) -> None:
        """Keep a person's masks, so that nobody has to give them again."""
        for frame, ids in given.items():
            self.keep_given(frame, ids, palette)
        for frame, file in self._given_files():
            if frame not in given:
                file.unlink()

    def keep_given(self, frame: int, ids: Ids, palette: Palette) -> None:
        """Keep a person's masks of one frame, in place of those kept before; of none, nothing.

        Raises:
            OvosError: they cannot be written; those kept before still are.
        """
        file = self.given_file(frame)
        if not ids.any():
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(exist_ok=True)
        write_mask(file, ids, palette)

    def given_file(self, frame: int) -> Path:
        """Where a person's masks of a frame are kept."""
        return self.kept / "given" / f"{frame}.png"

    def read_given(self) -> tuple[dict[int, Ids], Palette]:
        """Masks by frame, and their palette.

        Raises:
            InputError: one cannot be read.
        """
        given, palette = dict[int, Ids](), full_palette(None)
        for frame, file in self._given_files():
            given[frame], palette = read_indexed(file)
        return given, palette

    def _given_files(self) -> list[tuple[int, Path]]:
        files = (self.kept / "given").glob("*.png")
        return [(int(f.stem), f) for f in files if f.stem.isascii() and f.stem.isdigit()]

    def files_given(self) -> dict[int, Path]:
        """The files of which those masks were read, by frame.

        Raises:
            InputError: run.json names none in the form in which it should.
        """
        entries = (self.read_record() or {}).get("masks", [])
        try:
            return {int(entry["frame"]): Path(entry["file"]) for entry in entries}
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{self.record} does not say which masks were given; give the whole command with "
                "--resume"
            ) from error

    # Outputs

    def place(self, sink: type[Sink], *, wait: bool) -> Path:
        """Where an output is written.

        Args:
            wait: what is there shall stay until `settle`.
        """
        root = self.waiting if wait else self.root
        root.mkdir(parents=True, exist_ok=True)
        return root / sink.place_name

    def forget(self) -> None:
        """Remove what an earlier run would have gone on from; its results stay."""
        shutil.rmtree(self.waiting, ignore_errors=True)
        self.forget_states()

    def forget_states(self) -> None:
        """Remove how far an earlier run had come; all of its masks stay, also those that wait."""
        for file in self.kept.glob("*.safetensors"):
            file.unlink()

    def mask_file(self, stem: str) -> Path:
        """The latest mask of a frame."""
        waiting = self.waiting / "masks" / f"{stem}.png"
        return waiting if waiting.exists() else self.root / "masks" / f"{stem}.png"

    def settle(self, written: Collection[type[Sink]], stale: Callable[[Path], bool]) -> None:
        """Put what waits in its place, now that all of it is there, and an earlier run's away.

        Args:
            written: outputs of this run. Of others, an earlier run's are removed.
            stale: whether a file is of a frame or object that is in the run's range, but not in
                the run.
        """
        for sink in _of_run():
            place, waiting = self.root / sink.place_name, self.waiting / sink.place_name
            if not sink.by_frame:
                if waiting.exists():
                    os.replace(waiting, place)
                elif sink not in written:
                    place.unlink(missing_ok=True)
                continue
            for file in [*sink.files(waiting)]:
                target = place / file.relative_to(waiting)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(file, target)
            for file in [*sink.files(place)]:
                if stale(file):
                    file.unlink()
        shutil.rmtree(self.waiting, ignore_errors=True)

    def settle_exports(self, names: Collection[str]) -> None:
        """Remove exports that an earlier run wrote here and this one did not.

        Args:
            names: of those that this run wrote.

        Raises:
            OvosError: the list of them cannot be written.
        """
        kept = self.kept / "exports.json"
        try:
            before = read_json(kept)
        except InputError:
            before = []
        for name in before if isinstance(before, list) else []:
            if name in SINKS and name not in names:
                remove_output(SINKS[name], self.root / SINKS[name].place_name)
        if names or kept.exists():
            write_json(kept, [*names])

    def _of_frames(self) -> Iterator[Path]:
        for sink in _of_run():
            if sink.by_frame:
                yield from sink.files(self.root / sink.place_name)
                yield from sink.files(self.waiting / sink.place_name)


class MasksOf(Mapping[int, Ids]):
    """Masks of frames, read from their files when they are asked for."""

    def __init__(self, files: Mapping[int, Path]) -> None:
        """Name the files, by frame."""
        self._files = files

    def __getitem__(self, frame: int) -> Ids:
        return read_indexed(self._files[frame])[0]

    def __iter__(self) -> Iterator[int]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _of_run() -> list[type[Sink]]:
    return [SINKS[name] for name in OF_RUN]


def read_indexed(path: Path) -> tuple[Ids, Palette]:
    """An indexed PNG of ours: (H, W) ids, and the palette. Raises InputError."""
    with opened(path) as picture:
        if picture.mode not in {"P", "L"} or picture.width * picture.height > MOST_PIXELS:
            raise InputError(f"the mask {path} is not indexed, or too large")
        return np.array(picture, np.uint8), full_palette(picture.getpalette("RGB"))
