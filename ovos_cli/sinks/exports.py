"""Outputs that are written in order, each of which appears in its place when it is whole."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from models.errors import OvosError
from ovos_cli.output import remove_if_empty
from ovos_cli.sinks.faults import fault_of
from ovos_cli.sinks.naming import FrameNaming
from ovos_cli.sinks.refining import Refining
from ovos_cli.sinks.sink import ShotInfo, Sink, Written


class Exports(Sink):
    """Several outputs as one. A fault of one costs the others nothing.

    failures: what is wrong with outputs that gave up.
    """

    place_name = "exports"

    def __init__(
        self,
        kinds: Sequence[type[Sink]],
        root: Path,
        parts: Path,
        info: ShotInfo,
        naming: FrameNaming,
        refining: Refining,
    ) -> None:
        """Begin.

        Args:
            kinds: the outputs.
            root: where their places will be.
            parts: a folder on the same disk for what is not whole; what is in it is removed.
            info: of the shot.
            naming: of frames' files.
            refining: what is changed of masks on the way.

        Raises:
            OvosError: the folder cannot be written.
        """
        super().__init__(root, info)
        self.failures = list[OvosError]()
        self._parts, self._naming, self._refining = parts, naming, refining
        self._names = set[str]()
        self.discard()
        try:
            parts.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise fault_of(parts, error) from error
        self._sinks = [kind(parts / kind.place_name, info) for kind in kinds]
        self.pixels = any(kind.pixels for kind in kinds)

    def write(self, written: Written) -> None:
        """See `Sink`; frames come in order."""
        name = self._naming.of(written.index, written.stem)
        if name in self._names:
            raise OvosError(f"two frames would be called {name}; give another --pattern")
        self._names.add(name)
        for refined in self._refining.push(replace(written, name=name)):
            self._write(refined)

    def close(self) -> None:
        """Finish every output."""
        for refined in self._refining.finish():
            self._write(refined)
        for sink in [*self._sinks]:
            try:
                sink.close()
            except (OvosError, OSError) as error:
                self._give_up(sink, error)

    def put_in_place(self) -> list[Path]:
        """Let what is whole appear, in place of what an earlier run wrote there.

        Returns:
            The places.
        """
        places = list[Path]()
        for sink in self._sinks:
            place = self.place / sink.place_name
            if not sink.place.exists():
                continue
            try:
                _replace(sink, place)
            except OSError as error:
                self.failures.append(fault_of(place, error))
            else:
                places.append(place)
        self.discard()
        return places

    def discard(self) -> None:
        """Remove what did not get its place."""
        shutil.rmtree(self._parts, ignore_errors=True)

    def _write(self, written: Written) -> None:
        for sink in [*self._sinks]:
            try:
                sink.write(written)
            except (OvosError, OSError) as error:
                self._give_up(sink, error)

    def _give_up(self, sink: Sink, error: OvosError | OSError) -> None:
        self._sinks.remove(sink)
        _remove(sink.place)  # on a full disk it would take the room of the others
        place = self.place / sink.place_name
        self.failures.append(OvosError(f"{place} failed: {fault_of(sink.place, error)}"))


def remove_output(kind: type[Sink], place: Path) -> None:
    """Remove what an output wrote, and no other file. Raises OSError."""
    if not place.is_dir():
        place.unlink(missing_ok=True)
        return
    for file in [*kind.files(place)]:
        file.unlink()
    folders = [p for p in place.rglob("*") if p.is_dir()]
    remove_if_empty(*sorted(folders, reverse=True), place)


def _remove(place: Path) -> None:
    """Remove what an output that gave up has written so far, as far as it can be removed."""
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        with suppress(OSError):
            place.unlink()


def _replace(sink: Sink, place: Path) -> None:
    """Move an output to its place. Raises OSError."""
    place.parent.mkdir(parents=True, exist_ok=True)
    remove_output(type(sink), place)
    if not place.is_dir():
        os.replace(sink.place, place)
        return
    for file in [*sink.place.rglob("*")]:  # beside what is not ours
        if file.is_file():
            target = place / file.relative_to(sink.place)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
