"""A shot that is open in the editor, and all that is at work for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.clicks.prompt import Mask, Prompt
from models.errors import InputError
from models.sources.stored import StoredProposals
from ovos_cli.edit.clicks import Clicks, Gone
from ovos_cli.edit.edited import EditedShot
from ovos_cli.edit.events import Events
from ovos_cli.edit.following import Following
from ovos_cli.edit.frames import Frames
from ovos_cli.edit.prepared import PreparedFrames, PreparingAhead
from ovos_cli.edit.priority import PoliteClock, Priority, Share
from ovos_cli.edit.shown import ShownShot
from ovos_cli.edit.timeline import timeline
from ovos_cli.edit.watched import WatchedSource
from ovos_cli.edit.windows import Windows
from ovos_cli.masks.palette import davis_palette
from ovos_cli.shot.feature_cache import FeatureCache
from ovos_cli.shot.object_names import ObjectLabel, ObjectNames
from ovos_cli.shot.run import SegmentRun

_PALETTE = davis_palette()


class Writer:
    """What only the process has that may write: the model, and the shot that is changed."""

    def __init__(
        self,
        run: SegmentRun,
        frames: Frames,
        watched: WatchedSource,
        events: Events,
        *,
        debug: bool = False,
    ) -> None:
        """Put everything to work.

        Args:
            run: opened to be edited.
            frames, watched: of its source.
            events: is told what is new.
            debug: print where faults come from.
        """
        priority, self._run, self._events = Priority(), run, events
        self._cache = run.shot.cache
        prepared = PreparedFrames(run.shot.segmenter, run.shot.cache, priority)
        run.shot.cache = prepared
        run.shot.segmenter.fit(*frames.size)
        run.shot.segmenter.clock = PoliteClock(run.shot.segmenter.device, priority)
        self.edited = EditedShot(run, lambda: frames.last)
        self.following = Following(self.edited, watched, priority, events.tell, debug=debug)
        self.ahead = PreparingAhead(
            frames.frame, prepared, priority, lambda: not self.following.running
        )
        share = Share(lambda: self.following.running)
        self._frames, self._clicks = frames, Clicks(prepared, priority, share)

    def click(
        self, frame: int, ident: int, prompt: Prompt, *, known: bool, preview: bool, gone: Gone
    ) -> Mask:
        """What a prompt would take in a frame; nothing is kept.

        Args:
            known: begin with the object's mask as it is shown.
            preview: nobody has clicked yet: following is held up for a part of the time only.

        Raises:
            InputError: it cannot be meant of this frame.
        """
        seen, shown = self._frames.frame(frame), self.edited.shown.masks(frame)
        ids = np.zeros(self._frames.size, np.uint8) if shown is None else shown.ids
        own = ids == ident
        said = replace(prompt, earlier=own) if known and own.any() else prompt
        answer = self._clicks.preview if preview else self._clicks.mask
        return answer(seen, said, (ids > 0) & ~own, gone)

    def proposals(self, frame: int) -> StoredProposals:
        """What may be picked in a frame, by its number. Raises InputError: there is none."""
        return self._clicks.proposals(self._frames.frame(frame))

    def said(self, *, follow_anew: bool = True) -> None:
        """Something else was said: what follows from it is computed, and pages are told."""
        if follow_anew:
            self.following.said()
        self._events.tell("timeline")

    def close(self) -> None:
        """Stop, and leave the folder as `ovos resume` goes on from it. Raises OvosError."""
        self.following.stop()
        self.ahead.close()
        try:
            self.edited.close()
            if isinstance(self._cache, FeatureCache) and self._run.output.cache is None:
                self._cache.remove()
        finally:
            self._run.shot.close()
            self._run.folder.release()


@dataclass
class Session:
    """A shot, open in the editor of one process.

    name: of the video. folder: of the shot. shown: what is known of it. cuts: frames before which
    there is one. labels: of its objects. writer: None where another process writes. at: the frame
    to begin with.
    """

    name: str
    folder: str
    frames: Frames
    shown: ShownShot
    cuts: Callable[[], list[int]]
    labels: Callable[[], dict[int, ObjectLabel]]
    warnings: Callable[[], list[str]]
    windows: Windows
    events: Events
    writer: Writer | None
    at: int
    close: Callable[[], None]

    def begin(self) -> None:
        """Begin with what goes on by itself."""
        self.frames.count(lambda: self.events.tell("shot"))
        self.look_at(self.at)

    @property
    def unfinished(self) -> bool:
        """Whether there is something for `ovos resume` to do."""
        return self.writer is not None and self.writer.edited.unfinished

    def look_at(self, frame: int) -> None:
        """A person looks at a frame: clicks in it are to be answered at once."""
        if self.writer is not None:
            self.writer.ahead.look_at(frame)

    @property
    def writing(self) -> Writer:
        """Who may write. Raises InputError: nobody here."""
        self.windows.check("")
        if self.writer is None:
            raise InputError("this shot is only looked at")
        return self.writer

    def shot(self, window: str) -> dict[str, Any]:
        """All that a page needs to begin with."""
        height, width = self.frames.size
        following = None if self.writer is None else self.writer.following.progress
        return {
            "name": self.name,
            "folder": self.folder,
            "width": width,
            "height": height,
            "first": self.frames.first,
            "last": self.frames.last,
            "rate": float(self.frames.rate),
            "read_only": self.windows.read_only(window),
            "warnings": self.warnings(),
            "objects": self.objects(),
            "following": following or {"state": "idle", "error": None},
            "link_frame": self.at,
        }

    def objects(self) -> list[dict[str, Any]]:
        """Each with its name and colour."""
        labels = self.labels()
        names = ObjectNames(labels)
        return [
            {"id": i, "name": names.name(i), "color": label.color or self._colour(i)}
            for i, label in labels.items()
        ]

    def timeline(self) -> dict[str, Any]:
        """See `timeline`."""
        return timeline(self.shown.said(), self.shown.estimated(), self.cuts(), self.labels())

    @staticmethod
    def _colour(ident: int) -> str:
        return "#" + bytes(_PALETTE[3 * ident : 3 * ident + 3]).hex()
