"""A shot's folder as it is read afterwards: no model is loaded, and nothing is computed anew."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.tracking.objects import Ids
from models.tracking.working_size import working_size
from ovos_cli.masks.writer import is_whole
from ovos_cli.media.frame import FrameReader
from ovos_cli.media.open_source import open_source
from ovos_cli.media.source import LiveSource, Source, source_named
from ovos_cli.shot.folder import ShotFolder, read_indexed
from ovos_cli.shot.identity import source_digest
from ovos_cli.shot.kept import kept_annotations
from ovos_cli.shot.known import Known
from ovos_cli.shot.options_file import options_of
from ovos_cli.shot.store import Store

_RATE = re.compile(r"0*[1-9][0-9]{0,18}(/0*[1-9][0-9]{0,18})?", re.ASCII)


class StoredShot:
    """What `ovos segment` left of a shot.

    record: run.json. source: what the frames are of. objects: ids, rising. size: (height, width).
    stems: names of the frames whose masks are there, by index in the source, rising. lost: frames
    whose masks were written and are not there. whole: all frames of the shot have masks. cuts:
    frames before which there is a cut.
    """

    def __init__(self, folder: ShotFolder) -> None:
        """Open the folder.

        Raises:
            InputError: it is no such folder, it is damaged, or another process is writing to it.
        """
        self.folder, record = folder, folder.read_record()
        if record is None or not (folder.kept / "shot.sqlite").is_file():
            raise InputError(
                f"{folder.root} is no output folder of `ovos segment`, which has a run.json that "
                "can be read and a folder .ovos: nothing is known of its masks"
            )
        folder.refuse_running()
        self.record: dict[str, Any] = record
        options, *_, self._model, _ = options_of(record.get("options", {}), folder.root)
        self._options = options
        self.source: Source = options.place
        self._store = Store(folder.kept / "shot.sqlite")
        try:
            finals = {f.frame: f.stem for f in self._store.finals()}
            masks, self.palette = folder.read_given()
            if not masks:
                raise InputError(f"{folder.kept} does not hold the masks that were given")
            self._annotations, plan = kept_annotations(
                folder, masks, options, self._store, lambda f: finals.get(f, f"{f:05d}")
            )
        except BaseException:
            self.close()
            raise
        self.objects = tuple(sorted(plan.prompts.given))
        _, self.size = next(iter(self._annotations.sizes()))
        stems = {frame: f"{frame:05d}" for frame in self._annotations.locked} | finals
        there = {f for f, stem in stems.items() if is_whole(folder.mask_file(stem))}
        self.stems = {frame: stems[frame] for frame in sorted(there)}
        self.cuts: list[int] = self._store.cuts() if options.cuts else []
        given, inside = self._annotations.given(), working_size(asked=self._model.size)
        self._known = Known(plan, given, self._store, inside, lambda: self.cuts)
        self.lost = len(stems) - len(there)
        self.whole = record.get("state") == "complete" and not self.lost

    @property
    def first(self) -> int:
        """Index of the shot's first frame in the source."""
        return self._options.start

    def ids(self, frame: int) -> Ids:
        """(H, W) ids of one of `stems`. Raises InputError: they cannot be read."""
        path = self.folder.mask_file(self.stems[frame])
        ids, _ = read_indexed(path)
        if ids.shape != self.size:
            raise InputError(
                f"the mask {path} is {ids.shape[1]}x{ids.shape[0]}, and the shot is "
                f"{self.size[1]}x{self.size[0]}"
            )
        return ids

    def soft(self, frame: int) -> Mapping[int, NDArray[np.float32]] | None:
        """(H, W) in [0, 1] by id, nothing of frames that are locked; None where it is not stored.

        That is so of a source that is read once, and of a correction that is not complete.
        """
        if frame in self._annotations.locked:
            return {}
        masks = self._known.masks(frame)
        return None if masks is None else self._known.soft(masks)

    def video(self, elsewhere: str | None = None) -> FrameReader | None:
        """Open the source again.

        Args:
            elsewhere: where it is now.

        Returns:
            None if it is not there, or could be read only once.

        Raises:
            InputError: it is another one than the masks are of.
        """
        place = self.source if elsewhere is None else source_named(elsewhere)
        if isinstance(place, LiveSource):
            return None
        if not place.exists():
            if elsewhere is not None:
                raise InputError(f"{place} does not exist")
            return None
        known = self._store.get("basis")
        if isinstance(known, dict) and source_digest(place) != known.get("source"):
            raise InputError(
                f"{place} is not what {self.folder.root} was made of, or has changed since; say "
                "where that is with --video"
            )
        options = self._options
        return open_source(
            place,
            start=options.start,
            end=options.end,
            rate=Fraction(options.fps).limit_denominator(1001),
            stream=options.stream,
            apart=[*self.folder.files_given().values()],
        )

    @property
    def rate(self) -> Fraction:
        """Frames per second, as the run found them."""
        known = _RATE.fullmatch(str(self.record.get("rate")))
        return Fraction(known[0]) if known else Fraction(self._options.fps).limit_denominator(1001)

    def close(self) -> None:
        """Let go of the files."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
