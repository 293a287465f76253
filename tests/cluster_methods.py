"""Methods for the cluster's tests; in a file of their own so that workers can import them."""

import os
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import OvosError
from ovos_cli.benchmarking.method import GivenFrame
from ovos_cli.datasets.annotation import Ids

PAUSE_AT = 3
PATIENCE = 240.0


@dataclass(frozen=True)
class Kept:
    """Keeps the first mask. At frame `PAUSE_AT` it leaves its process id and waits for `go`."""

    folder: Path

    @property
    def name(self) -> str:
        return "kept"

    def settings(self) -> dict[str, Any]:
        return {"device": "cpu"}

    def model(self) -> dict[str, str] | None:
        return None

    def tracker(self, sequence: str) -> "KeptTracker":
        return KeptTracker(self.folder)


class KeptTracker:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.times: list[dict[str, float]] = []

    def follow(self, frames: Iterable[GivenFrame]) -> Iterator[Ids]:
        first = None
        for index, frame in enumerate(frames):
            first = frame.given if first is None else first
            assert first is not None
            if index == PAUSE_AT:
                self._pause()
            self.times.append({"total": 0.001})
            yield first

    def _pause(self) -> None:
        (self.folder / f"{uuid.uuid4()}.pid").write_text(str(os.getpid()))
        end = time.monotonic() + PATIENCE
        while not (self.folder / "go").exists():
            if time.monotonic() > end:
                raise OvosError("nobody said go")
            time.sleep(0.02)


@dataclass(frozen=True)
class Failing(Kept):
    """Fails in every video."""

    def tracker(self, sequence: str) -> "KeptTracker":
        raise OvosError("no luck with this one")


@dataclass(frozen=True)
class Elsewhere(Kept):
    """Has other settings in every process."""

    def settings(self) -> dict[str, Any]:
        return {"device": "cpu", "precision": f"pid{os.getpid()}"}


@dataclass(frozen=True)
class OnGpu(Kept):
    """Runs on a GPU."""

    def settings(self) -> dict[str, Any]:
        return {"device": "cuda"}


@dataclass(frozen=True)
class Deadly(Kept):
    """Ends its worker in every video."""

    def tracker(self, sequence: str) -> "KeptTracker":
        os._exit(1)
