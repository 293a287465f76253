"""What a person says of a shot, kept on disk before it is answered."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock

import numpy as np

from models.clicks.prompt import Mask
from models.errors import InputError
from models.tracking.objects import Ids
from ovos_cli.edit.locks import Range, ranges, unlocked
from ovos_cli.edit.shown import Said, ShownShot
from ovos_cli.edit.uploaded import read_uploaded
from ovos_cli.masks.ids import ids_in
from ovos_cli.masks.writer import write_mask
from ovos_cli.shot.annotations import MOST_IDS, Annotations
from ovos_cli.shot.folder import MasksOf
from ovos_cli.shot.instructions import parse_lock
from ovos_cli.shot.object_names import (
    ObjectLabel,
    ObjectNames,
    object_label,
    read_object_names,
    write_object_names,
)
from ovos_cli.shot.prompts import Span
from ovos_cli.shot.run import SegmentRun


class EditedShot:
    """A shot whose masks are given, corrected and taken back; from any thread.

    Every change is checked on a copy, written, and only then takes place: whatever ends the
    process, what was answered is there the next time.
    """

    def __init__(self, run: SegmentRun, last: Callable[[], int | None]) -> None:
        """Take over a shot.

        Args:
            run: opened to be edited.
            last: the last frame, as far as it is known.
        """
        self.run, self.shot = run, run.shot
        self.names = read_object_names(run.folder.root)
        self.shown = ShownShot(self._said, run.shot.store, run.folder, run.outputs.name)
        self._last = last
        self._editing = RLock()
        self._begun = self.unfinished = False
        locks = run.options["SourceOptions"]["lock"] or ()
        self._locks = [(r[0], r[-1]) for r in map(parse_lock, locks)]

    def begin(self) -> None:
        """See that a record says how the shot was begun, before anything else is written."""
        with self._editing:
            if not self._begun:
                self.run.state = "running"
                self.run.write_record()
                self._begun = True

    # Masks

    def give(self, frame: int, ident: int, mask: Mask) -> None:
        """Give the mask of one object in a frame, or correct it.

        Raises:
            InputError: it is empty, or the frame is locked or not there.
        """
        if not mask.any():
            raise InputError(
                f"the mask of object {ident} is empty; say that it is out of sight, or take its "
                "mask back"
            )
        self.give_all(frame, np.where(mask, np.uint8(ident), np.uint8(0)))

    def give_all(self, frame: int, ids: Ids) -> None:
        """Give masks of several objects, (H, W) ids; 0 says nothing. Raises InputError."""
        self._check_open(frame, frame)
        with self._changing([frame]) as said:
            said.put(frame, ids)

    def upload(self, frame: int, file: Path, ident: int | None) -> str:
        """Give the masks of a picture, as `--mask` does.

        Args:
            ident: of the object, if it is a black and white picture of one.

        Returns:
            What looks as if something else was meant, for people; empty mostly.

        Raises:
            InputError: see `read_uploaded`, or the frame is locked or not there.
        """
        ids, doubt = read_uploaded(file, self.run.info.size, ident, self.objects())
        self.give_all(frame, ids)
        return doubt

    def take_back(self, frame: int, ident: int | None) -> None:
        """Take back what was given in a frame, of one object or of all. Raises InputError."""
        given = self.shot.annotations.masks.get(frame)
        if given is None or (ident is not None and ident not in ids_in(given)):
            what = "nothing" if ident is None else f"no mask of object {ident}"
            raise InputError(f"{what} was given in frame {frame}")
        self._check_open(frame, frame)
        with self._changing([frame]) as said:
            said.clear(frame, ident)

    # Objects

    def objects(self) -> dict[int, ObjectLabel]:
        """All that have a name or a mask, rising."""
        known = {*self.names.labels} | self._said().objects
        return {i: self.names.labels.get(i, ObjectLabel()) for i in sorted(known)}

    def add_object(self, values: Mapping[str, str]) -> int:
        """Begin an object, with no mask yet; its id. Raises InputError: there are too many."""
        with self._editing:
            known = self.objects()
            ident = next((i for i in range(1, MOST_IDS + 1) if i not in known), None)
            if ident is None:
                raise InputError(
                    f"there are {MOST_IDS} objects already, which is as many as can be"
                )
            self._name(ident, {"name": ObjectNames.none().name(ident)} | dict(values))
            return ident

    def name_object(self, ident: int, values: Mapping[str, str]) -> None:
        """Change an object's name or colour. Raises InputError: there is none, or it cannot be."""
        with self._editing:
            self._check_known(ident)
            self._name(ident, values)

    def remove_object(self, ident: int) -> None:
        """Take back all that was given of an object, and its name. Raises InputError."""
        with self._editing:
            self._check_known(ident)
            annotations = self.shot.annotations
            if locked := [f for f, ids in annotations.locked.items() if ident in ids]:
                raise InputError(
                    f"object {ident} is in frame {min(locked)}, which is locked; unlock it first"
                )
            frames = [f for f, ids in annotations.masks.items() if ident in ids_in(ids)]
            with self._changing(frames) as said:
                said.absences.pop(ident, None)
                for frame in frames:
                    said.clear(frame, ident)
            if ident in self.names.labels:
                rest = {i: label for i, label in self.names.labels.items() if i != ident}
                self._keep_names(ObjectNames(rest))

    # Absences and locks

    def absent(self, ident: int, first: int, last: int | None) -> None:
        """Say that an object is out of sight. Raises InputError: see `Shot.drop`."""
        self.check_frames(first, last)
        with self._changing() as said:
            said.drop(ident, Span(first, last))

    def present(self, ident: int, first: int) -> None:
        """Take that back. Raises InputError: nobody said it."""
        with self._changing() as said:
            said.undrop(ident, first)

    def lock(self, first: int, last: int) -> None:
        """Take what is shown of frames as final.

        Raises:
            InputError: of one nothing is known.
        """
        self.check_frames(first, last)
        with self._editing:
            files, locked = dict[int, Path](), self.shot.annotations.locked
            for frame in range(first, last + 1):
                if frame not in locked:
                    files[frame] = self._file_as_shown(frame)
            if not files:
                return
            new = ranges(files)
            with self._changing(locks=[*self._locks, *new]) as said:
                for a, b in new:
                    said.lock(MasksOf({frame: files[frame] for frame in range(a, b + 1)}))

    def unlock(self, first: int, last: int) -> None:
        """Let frames be computed again. Raises InputError: none of them is locked."""
        self.check_frames(first, last)
        with self._editing:
            touched, rest, kept = unlocked(self._locks, first, last)
            if not touched:
                raise InputError(f"none of the frames {first} to {last} is locked")
            with self._changing(locks=[*kept, *rest]) as said:
                for a, b in touched:
                    said.unlock(range(a, b + 1))
                for a, b in rest:  # as the next process will lock them
                    said.lock(MasksOf({f: self._file(f) for f in range(a, b + 1)}))

    # All of it

    def known(self) -> bool:
        """Whether the masks of all frames are written, and follow from what is given."""
        plan, counted = self.shot.plan, self._last()
        last = self.shot.last if counted is None else counted
        if last is None or not plan.prompts.keyframes:
            return False
        keys, locked = self.shot.store.final_keys(), plan.prompts.locked
        frames = range(self.shot.reader.start, last + 1)
        return all(f in locked or keys.get(f) == plan.final_key(f) for f in frames)

    def settle(self) -> None:
        """Once all masks are known, let them take the place of earlier ones."""
        with self._editing, self.shown.files:
            if self.known():
                self.run.outputs.settle()

    def close(self) -> None:
        """Say in the record how far it is, if anything was changed. Raises OvosError."""
        with self._editing:
            if self._begun:
                known, outputs = self.known(), self.run.outputs.kinds
                self.run.state = "complete" if known else "interrupted"
                self.run.folder.make_room()
                self.run.write_record()
                left = not known or any(sink.in_order for sink in outputs)
                self.unfinished = left and bool(self.shot.plan.prompts.given)

    # How

    def _said(self) -> Said:
        with self._editing:
            return Said(self.shot.annotations, self.shot.plan)

    @contextmanager
    def _changing(
        self, frames: Iterable[int] = (), locks: list[Range] | None = None
    ) -> Iterator[Annotations]:
        """A copy of what was said, to be changed; then it is written, and holds.

        Args:
            frames: whose masks change.
            locks: ranges of locked frames; None is as before.
        """
        with self._editing:
            said = self.shot.annotations.copy()
            yield said
            self.begin()
            # A record that names less than there is does no harm, whenever the process ends.
            self._write_options(said, self._locks if locks is None else sorted(locks))
            empty = np.zeros(self.run.info.size, np.uint8)
            for frame in frames:
                ids = said.masks.get(frame, empty)
                self.run.folder.keep_given(frame, ids, self.run.given.palette)
            files, folder = self.run.given.files, self.run.folder
            self.run.given.files = {f: files.get(f, folder.given_file(f)) for f in said.masks}
            self.shot.say(said)

    def _write_options(self, said: Annotations, locks: list[Range]) -> None:
        drops = [
            f"{ident}@{span.first}" + ("" if span.last is None else f"-{span.last}")
            for ident, spans in sorted(said.absences.items())
            for span in spans
        ]
        texts = [f"{first}-{last}" for first, last in locks]
        options = self.run.options["SourceOptions"]
        if [*(options["drop"] or ())] != drops or [*(options["lock"] or ())] != texts:
            options["drop"], options["lock"] = drops, texts
            self.run.write_record()
        self._locks = locks

    def _file_as_shown(self, frame: int) -> Path:
        """The file of a frame's masks, which are brought there if they were given since."""
        shown, stored = self.shown.masks(frame), self.shown.stored(frame)
        if shown is None:
            raise InputError(
                f"frame {frame} cannot be locked: nothing is known of it yet; follow it first"
            )
        file = self._file(frame)
        if stored is None or not np.array_equal(stored, shown.ids):
            self.begin()
            file.parent.mkdir(parents=True, exist_ok=True)
            write_mask(file, shown.ids, self.run.given.palette)
        return file

    def _file(self, frame: int) -> Path:
        return self.run.folder.mask_file(self.run.outputs.name(frame))

    def _name(self, ident: int, values: Mapping[str, str]) -> None:
        label = object_label(values, ident).over(self.names.labels.get(ident, ObjectLabel()))
        names = replace(self.names, labels={**self.names.labels, ident: label})
        names.check(sorted({*self.objects(), ident}))
        self._keep_names(names)

    def _keep_names(self, names: ObjectNames) -> None:
        self.begin()
        write_object_names(self.run.folder.root, names)
        palette = names.palette(self.run.given.palette)
        self.run.info = replace(self.run.info, names=names, palette=palette)
        self.names = names

    def _check_known(self, ident: int) -> None:
        if ident not in (known := self.objects()):
            there = ", ".join(map(str, known)) or "none"
            raise InputError(f"there is no object {ident}; there are {there}")

    def _check_open(self, first: int, last: int | None) -> None:
        self.check_frames(first, last)
        if first in self.shot.annotations.locked:
            raise InputError(f"frame {first} is locked; unlock it first")

    def check_frames(self, first: int, last: int | None) -> None:
        """See that there are such frames, as far as it is known. Raises InputError."""
        begin, end = self.shot.reader.start, self._last()
        if last is not None and last < first:
            raise InputError(f"frame {last} comes before frame {first}")
        if first < begin or (end is not None and max(first, last or 0) > end):
            ends = f"to {end}" if end is not None else "on"
            raise InputError(f"frames go from {begin} {ends}")
