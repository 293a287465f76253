"""A shot that another process writes to, as it can be seen from here."""

import time
from collections.abc import Callable
from threading import Event, RLock, Thread

from ovos_cli.edit.shown import Said, ShownShot
from ovos_cli.option_groups import SourceOptions
from ovos_cli.shot.folder import ShotFolder
from ovos_cli.shot.kept import kept_annotations
from ovos_cli.shot.object_names import ObjectLabel, read_object_names
from ovos_cli.shot.options_file import options_of
from ovos_cli.shot.store import Store

_EVERY = 1.0
"""Seconds between two looks at what the other process has done."""


class ReadShot:
    """What was said and found by now; from any thread."""

    def __init__(
        self, folder: ShotFolder, source: SourceOptions, name: Callable[[int], str]
    ) -> None:
        """Open the folder.

        Args:
            source: what the shot was begun with, as far as no record says it yet.
            name: of a frame's mask.

        Raises:
            InputError: it is damaged.
        """
        self._folder, self._source, self._name = folder, source, name
        self._store = Store(folder.kept / "shot.sqlite")
        self._lock, self._ended = RLock(), Event()
        self._looked = 0.0
        self._said: Said | None = None
        self.shown = ShownShot(self.said, self._store, folder, name)

    def said(self) -> Said:
        """What a person has said by now."""
        with self._lock:
            if self._said is None or time.monotonic() - self._looked > _EVERY:
                self._said, self._looked = self._read(), time.monotonic()
            return self._said

    def cuts(self) -> list[int]:
        """Frames before which there is a cut."""
        return self._store.cuts()

    def labels(self) -> dict[int, ObjectLabel]:
        """All objects that have a name or a mask, rising."""
        labels = read_object_names(self._folder.root).labels
        known = sorted({*labels} | self.said().objects)
        return {ident: labels.get(ident, ObjectLabel()) for ident in known}

    def watch(self, changed: Callable[[], None]) -> None:
        """Tell, in a thread, whenever more is found or said."""

        def watch() -> None:
            before = self._state()
            while not self._ended.wait(_EVERY):
                if (now := self._state()) != before:
                    changed()
                before = now

        Thread(target=watch, name="ovos-watch", daemon=True).start()

    def close(self) -> None:
        """Let go of the files."""
        self._ended.set()
        with self._lock:
            self._store.close()

    def _state(self) -> object:
        with self._lock:
            if self._ended.is_set():
                return None
            return self._store.final_keys(), self.said().plan.prompts

    def _read(self) -> Said:
        source, folder = self._source, self._folder
        if (record := folder.read_record()) is not None:
            source = options_of(record.get("options", {}), folder.root)[0]
        masks, _ = folder.read_given()
        return Said(*kept_annotations(folder, masks, source, self._store, self._name))
