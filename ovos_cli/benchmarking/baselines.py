"""Three simple methods for perspective, all from OpenCV; honest, none tuned.

Each sees what the model sees: the frames in order and the first annotations.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from ovos_cli.datasets.annotation import Ids

if TYPE_CHECKING:  # it comes with torch, and options only need the baselines' names
    from ovos_cli.benchmarking.method import GivenFrame

Image = NDArray[np.uint8]
Box = tuple[int, int, int, int]
_BOX_TRACKER = "CSRT" if hasattr(cv2, "TrackerCSRT_create") else "MIL"
_GRABCUT_SIDE = 160
"""GrabCut works on a crop scaled down to this many pixels, for speed."""
_GRABCUT_ROUNDS = 3
_SMALLEST_BOX = 8
_MARGIN = 0.4
"""Background around a box that GrabCut gets to see, as a share of the box's sides."""


class BaselineName(StrEnum):
    """What `--baseline` takes."""

    FIRST_MASK = "first-mask"
    FLOW = "flow"
    BOX = "box"
    ALL = "all"


LABELS = {
    BaselineName.FIRST_MASK: "first mask kept",
    BaselineName.FLOW: "mask warped by DIS optical flow",
    BaselineName.BOX: f"{_BOX_TRACKER} box tracker + GrabCut",
}


class _Propagator(Protocol):
    """Turns one frame's ids into the next one's."""

    def step(self, image: Image, before: Ids) -> Ids:
        """Ids of the next (H, W, 3) RGB frame."""
        ...

    def add(self, image: Image, ids: Ids, fresh: list[int]) -> None:
        """Take objects that begin in the frame just stepped to."""
        ...


@dataclass(frozen=True)
class Baseline:
    """One of them, as the benchmark's method."""

    kind: BaselineName

    @property
    def name(self) -> str:
        """For tables and folders."""
        return self.kind.value

    def settings(self) -> dict[str, Any]:
        """What it is, and whose code."""
        return {
            "baseline": LABELS[self.kind],
            "opencv": cv2.__version__,
            "note": "unoptimised, for perspective only",
            "device": "cpu",
            "precision": "no network",
        }

    def model(self) -> None:
        """None: nothing is learned."""
        return

    def tracker(self, sequence: str) -> BaselineTracker:
        """A fresh one."""
        make: dict[BaselineName, Callable[[], _Propagator]] = {
            BaselineName.FIRST_MASK: _Keep,
            BaselineName.FLOW: _Flow,
            BaselineName.BOX: _Boxes,
        }
        return BaselineTracker(make[self.kind]())


class BaselineTracker:
    """Carries ids from frame to frame; objects that begin are laid over the rest."""

    def __init__(self, propagator: _Propagator) -> None:
        self._propagator = propagator
        self.times: list[dict[str, float]] = []

    def follow(self, frames: Iterable[GivenFrame]) -> Iterator[Ids]:
        """See `Tracker`."""
        ids: Ids | None = None
        for frame in frames:
            started = time.perf_counter()
            following = (
                np.zeros(frame.image.shape[:2], np.uint8)
                if ids is None
                else self._propagator.step(frame.image, ids)
            )
            if frame.given is not None:
                following = np.where(frame.given > 0, frame.given, following)
                fresh = [int(i) for i in np.unique(frame.given) if i]
                self._propagator.add(frame.image, following, fresh)
            ids = following
            self.times.append({"total": time.perf_counter() - started})
            yield ids


class _Keep:
    """Nothing moves."""

    def step(self, image: Image, before: Ids) -> Ids:
        return before

    def add(self, image: Image, ids: Ids, fresh: list[int]) -> None:
        pass


class _Flow:
    """Every pixel takes the id of where the flow says it came from."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._before: Image | None = None

    def step(self, image: Image, before: Ids) -> Ids:
        grey = _grey(image)
        assert self._before is not None
        flow = self._flow.calc(grey, self._before, np.zeros((*grey.shape, 2), np.float32))
        self._before = grey
        height, width = before.shape
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        warped = cv2.remap(
            before,
            x + flow[..., 0],
            y + flow[..., 1],
            cv2.INTER_NEAREST,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(warped, np.uint8)

    def add(self, image: Image, ids: Ids, fresh: list[int]) -> None:
        self._before = _grey(image)


class _Boxes:
    """A box tracker for each object, and GrabCut inside of each box; small boxes over large.

    OpenCV's MIL starts its random numbers from the clock, so its runs differ a little.
    """

    def __init__(self) -> None:
        self._trackers: dict[int, Any] = {}

    def step(self, image: Image, before: Ids) -> Ids:
        boxes = {}
        for ident, tracker in self._trackers.items():
            found, box = tracker.update(image)
            if found:
                boxes[ident] = box
        ids = np.zeros_like(before)
        for ident, box in sorted(boxes.items(), key=lambda item: -item[1][2] * item[1][3]):
            ids[_cut(image, box)] = ident
        return ids

    def add(self, image: Image, ids: Ids, fresh: list[int]) -> None:
        for ident in fresh:
            x, y, width, height = cv2.boundingRect((ids == ident).astype(np.uint8))
            self._trackers[ident] = _box_tracker(image, (x, y, width, height))


class _Still:
    """The box of the first frame."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def update(self, image: Image) -> tuple[bool, Box]:
        """As OpenCV's trackers."""
        return True, self._box


def _box_tracker(image: Image, box: Box) -> Any:
    """OpenCV's tracker, started; a still box where it is too small or fills the frame.

    MIL does not return from the one, and refuses the other.
    """
    if min(box[2:]) < _SMALLEST_BOX:
        return _Still(box)
    tracker = getattr(cv2, f"Tracker{_BOX_TRACKER}_create")()
    try:
        tracker.init(image, box)
    except cv2.error:
        return _Still(box)
    return tracker


def _cut(image: Image, box: Box) -> NDArray[np.bool_]:
    """(H, W) pixels that GrabCut takes for the object in a box (x, y, width, height)."""
    height, width = image.shape[:2]
    result = np.zeros((height, width), np.bool_)
    x, y, w, h = (round(v) for v in box)
    mx, my = round(w * _MARGIN) + 2, round(h * _MARGIN) + 2
    x0, y0, x1, y1 = max(x - mx, 0), max(y - my, 0), min(x + w + mx, width), min(y + h + my, height)
    ix0, iy0, ix1, iy1 = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
    if ix1 - ix0 < 2 or iy1 - iy0 < 2:
        return result
    scale = min(1.0, _GRABCUT_SIDE / max(x1 - x0, y1 - y0))
    size = (max(2, round((x1 - x0) * scale)), max(2, round((y1 - y0) * scale)))
    crop = cv2.resize(image[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
    marks = np.full(size[::-1], cv2.GC_BGD, np.uint8)
    inner = [round(v * scale) for v in (iy0 - y0, iy1 - y0, ix0 - x0, ix1 - x0)]
    marks[inner[0] : inner[1], inner[2] : inner[3]] = cv2.GC_PR_FGD
    try:
        cv2.grabCut(
            crop,
            marks,
            (0, 0, 0, 0),  # not read in this mode
            np.zeros((1, 65)),
            np.zeros((1, 65)),
            _GRABCUT_ROUNDS,
            cv2.GC_INIT_WITH_MASK,
        )
    except cv2.error:
        # One side has no pixel, as where the box fills the frame: the box is all there is.
        result[iy0:iy1, ix0:ix1] = True
        return result
    chosen = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    full = cv2.resize(chosen, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST)
    result[y0:y1, x0:x1] = full > 0
    return result


def _grey(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def chosen(names: list[BaselineName]) -> list[Baseline]:
    """Baselines by name, each once; `all` is every one."""
    kinds = list(LABELS) if BaselineName.ALL in names else list(dict.fromkeys(names))
    return [Baseline(kind) for kind in kinds]
