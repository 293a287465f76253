"""What is to be seen of a shot: masks as far as they are known, and whether they still hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import RLock

import numpy as np

from models.tracking.cues import Cues
from models.tracking.objects import Ids
from ovos_cli.masks.ids import ids_in, laid_over
from ovos_cli.review.estimate import of_final
from ovos_cli.shot.annotations import Annotations
from ovos_cli.shot.folder import ShotFolder, read_indexed
from ovos_cli.shot.origins import GIVEN, LOCKED
from ovos_cli.shot.plan import Plan
from ovos_cli.shot.store import Final, Store


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said, and the plan that follows from it."""

    annotations: Annotations
    plan: Plan

    @property
    def objects(self) -> set[int]:
        """Ids of all that are given anywhere."""
        return {*self.plan.prompts.given}


@dataclass(frozen=True, slots=True)
class Shown:
    """Masks of one frame.

    ids: (H, W) uint8. origin: of each object where its mask comes from. stale: they followed from
    something else than what is given now.
    """

    ids: Ids
    origin: Mapping[int, str]
    stale: bool


class ShownShot:
    """Reads what is known of frames; from any thread."""

    def __init__(
        self,
        said: Callable[[], Said],
        store: Store,
        folder: ShotFolder,
        name: Callable[[int], str],
    ) -> None:
        """Read nothing yet.

        Args:
            said: what a person has said by now.
            store: of results.
            folder: of masks.
            name: of a frame's mask, without suffix.
        """
        self.said, self.store, self.folder, self.name = said, store, folder, name
        self.files = RLock()
        """Held while masks are read, or moved."""

    def masks(self, frame: int) -> Shown | None:
        """Those of a frame; None where nothing is known of it.

        Raises:
            InputError: a file is damaged.
        """
        said = self.said()
        if frame in said.annotations.locked:
            ids = self.stored(frame)
            return None if ids is None else Shown(ids, dict.fromkeys(ids_in(ids), LOCKED), False)
        final, given = self.store.final(frame), said.annotations.masks.get(frame)
        ids = self.stored(frame) if final is not None else None
        stale = final is not None and final.key != said.plan.final_key(frame)
        if final is not None and ids is not None:
            known = said.objects
            origin = {i: whence for i, whence in final.origin.items() if i in known}
            if gone := ids_in(ids) - known:
                ids = np.where(np.isin(ids, [*gone]), 0, ids).astype(np.uint8)
        else:
            origin, stale = {}, False
        if given is not None:
            ids = laid_over(ids, given)
            origin |= dict.fromkeys(ids_in(given), GIVEN)
        return None if ids is None else Shown(ids, origin, stale)

    def estimated(self) -> list[Final]:
        """All frames whose masks are written, rising; confidence is as `ovos review` has it."""
        forward, backward = (self.store.cues(backward=way) for way in (False, True))
        nothing = dict[int, Cues]()

        def of(final: Final) -> dict[int, float]:
            one, other = (cues.get(final.frame, nothing) for cues in (forward, backward))
            return {
                ident: of_final(final.origin[ident], sure, one.get(ident), other.get(ident))
                for ident, sure in final.confidence.items()
            }

        return [replace(final, confidence=of(final)) for final in self.store.finals()]

    def stored(self, frame: int) -> Ids | None:
        """The masks that lie in the folder."""
        with self.files:
            file = self.folder.mask_file(self.name(frame))
            return read_indexed(file)[0] if file.is_file() else None
