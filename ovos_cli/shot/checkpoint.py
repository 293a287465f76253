"""How far a way has come, so that it can go on from there."""

import time
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.tracking.segmenter import Segmenter
from models.utils.names import plain_name
from ovos_cli.shot.plan import Chain, Plan
from ovos_cli.shot.store import Store

_NOTED = {"file", "frame", "key", "begins"}

EVERY = 4.0
"""Seconds of work after which the state is saved: so much is lost at most when a run is killed."""


class Checkpoints:
    """States of a segmenter in a folder, one for each way."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder, self._store = folder, store
        self._saved = time.monotonic()

    def due(self) -> bool:
        """Whether so much has been done that it would be a pity to lose it."""
        return time.monotonic() - self._saved >= EVERY

    def save(self, segmenter: Segmenter, chain: Chain, frame: int, key: str) -> None:
        """Keep the state after a frame; the results up to there are stored already.

        Raises:
            OvosError: it cannot be written.
        """
        name = _name(backward=chain.backward)
        earlier = self._store.get(name)
        file = f"{name}-{frame}.safetensors"
        segmenter.save(self._folder / file)
        # Whatever happens between these lines, the one that is noted is whole.
        begins = chain.seeds[0]
        self._store.put(name, {"file": file, "frame": frame, "key": key, "begins": begins})
        if (before := self._file(earlier)) is not None and before.name != file:
            before.unlink(missing_ok=True)
        self._saved = time.monotonic()

    def reached(self, plan: Plan, chain: Chain, before: int) -> int | None:
        """The frame after which the latest state of a chain is; None if there is none of use.

        Args:
            before: the first frame that is to be computed, in the chain's direction.
        """
        found = self._latest(plan, chain, before)
        return None if found is None else found[0]

    def restore(self, segmenter: Segmenter, plan: Plan, chain: Chain, before: int) -> int | None:
        """Bring a segmenter to that state; see `reached`, also for what it returns."""
        found = self._latest(plan, chain, before)
        if found is None:
            return None
        frame, file = found
        try:
            segmenter.restore(file)
        except InputError:  # removed or damaged: the chain is gone through from its beginning
            return None
        self._saved = time.monotonic()
        return frame

    def _latest(self, plan: Plan, chain: Chain, before: int) -> tuple[int, Path] | None:
        noted = self._store.get(_name(backward=chain.backward))
        file = self._file(noted)
        if file is None or noted["begins"] != chain.seeds[0]:
            return None
        frame = int(noted["frame"])
        if not chain.computes(frame) or chain.time(frame) >= chain.time(before):
            return None
        same = plan.key(frame, backward=chain.backward) == noted["key"]
        return (frame, file) if same else None

    def _file(self, noted: Any) -> Path | None:
        """Where a noted state lies, in our folder; None if none is noted, or not by us."""
        if not isinstance(noted, dict) or {*noted} != _NOTED or type(noted["frame"]) is not int:
            return None
        return self._folder / plain_name(noted["file"], self._store.path)


def _name(*, backward: bool) -> str:
    return "backward" if backward else "forward"
