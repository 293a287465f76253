"""The public, streaming interface: one frame in, one mask out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.config import FRAMES_KEPT
from models.errors import InputError
from models.functional.aggregation import soft_aggregate
from models.functional.masks import downsample_masks
from models.hub.load import load_model
from models.modules.base_features import FrameFeatures
from models.modules.references import Alignable
from models.network import DMNAOA, MASK_STRIDE
from models.proposals import Origin, Proposals
from models.tracking.geometry import Geometry, Image
from models.tracking.objects import Ids, ObjectSlots
from models.tracking.video_state import VideoState
from models.utils.clock import Clock
from models.utils.device import choose_device, choose_precision
from models.utils.precision import Precision

_GPU_BATCH = 4
_LARGEST = 4320
"""Of 8K; the correspondences of a frame take memory by the square of its pixels."""


@dataclass(frozen=True, slots=True)
class PreparedFrame:
    """A frame whose features and proposals are there already (see `Segmenter.prepare`)."""

    features: FrameFeatures
    proposals: Proposals


@dataclass(frozen=True, slots=True)
class FrameMasks:
    """Masks of one frame.

    ids: (H, W) uint8 at the source's size, 0 background, else the user's ids.
    confidence: for each id how sure the network is, the IoU in [0, 1] of the object's mask with
    its probabilities; 0 where it sees none of the object.
    """

    ids: Ids
    confidence: dict[int, float]


class Segmenter:
    """Follows objects through a video, frame by frame, with memory bounded by the config.

    >>> segmenter = Segmenter.load("lite")
    >>> segmenter.step(first_frame, first_mask)
    >>> for frame in frames:
    ...     masks = segmenter.step(frame).ids
    """

    def __init__(
        self,
        network: DMNAOA,
        *,
        size: int = 480,
        device: str = "auto",
        precision: Precision = Precision.AUTO,
    ) -> None:
        """Wrap a network.

        Args:
            network: in evaluation mode.
            size: short side of the frames inside the network, in pixels.
            device: auto, cpu, cuda or mps.
            precision: of the heavy layers.

        Raises:
            InputError: a size below 64 or above 4320, a device that is not there, fp16 on a CPU.
        """
        if not 64 <= size <= _LARGEST:
            raise InputError(f"size {size} is not from 64 to {_LARGEST} pixels of the short side")
        self.device = choose_device(device)
        self.dtype = choose_precision(precision, self.device)
        self.network = network.to(self.device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
        self.size = size
        self.clock = Clock(self.device)
        self._geometry: Geometry | None = None
        self._prepared = 0
        self._slots = ObjectSlots()
        self._groups: list[VideoState] = []
        """One for the objects of each mask that was given, in the order of their slots."""

    @classmethod
    def load(
        cls,
        model: str = "lite",
        weights: Path | None = None,
        *,
        size: int = 480,
        device: str = "auto",
        precision: Precision = Precision.AUTO,
        proposals: str | None = None,
    ) -> "Segmenter":
        """Load a model by name, from the package's weights or a file of yours.

        Its memory keeps `FRAMES_KEPT` frames, unless the weights were made for another number.
        `proposals` names a source other than the model's own; see `models.hub.load.load_model`.

        Raises:
            InputError: an unknown model or source of proposals; weights that are missing, damaged
                or another model's; a size below 64, a device that is not there, fp16 on a CPU.
        """
        network = load_model(model, weights, source=proposals).network
        if network.config.memory_max is None:
            network.config = network.config.replace(memory_max=FRAMES_KEPT)
        return cls(network, size=size, device=device, precision=precision)

    @property
    def geometry(self) -> Geometry | None:
        """Sizes of the video; None before the first frame."""
        return self._geometry

    @property
    def batch(self) -> int:
        """How many frames to prepare at once: on a GPU, one alone would leave it idle."""
        return _GPU_BATCH if self.device.type == "cuda" else 1

    def prepare(
        self, frames: Sequence[Image], names: Sequence[str] | None = None
    ) -> list[PreparedFrame]:
        """Extract features and proposals of several frames at once.

        Args:
            frames: (H, W, 3) uint8 RGB, in order.
            names: by which stored proposals are looked up; 00000, 00001, … where not given.

        Raises:
            InputError: sizes differ, or the source of proposals has none of a frame.
        """
        if self._geometry is None:
            height, width = frames[0].shape[:2]
            self._geometry = Geometry.fit((height, width), self.size)
        counted = range(self._prepared, self._prepared + len(frames))
        origin = Origin(tuple(names or (f"{i:05d}" for i in counted)), self._geometry)
        with self._computing():
            batch = torch.cat([self._geometry.frame(frame) for frame in frames]).to(self.device)
            with self.clock.measure("BFE"):
                features = self.network.bfe(batch)
            with self.clock.measure("OPG"):
                proposals = self.network.propose(batch, features, origin)
        self._prepared += len(frames)
        return [PreparedFrame(features[i], p) for i, p in enumerate(proposals)]

    def step(self, frame: Image | PreparedFrame, masks: Ids | None = None) -> FrameMasks:
        """Segment the next frame.

        Args:
            frame: (H, W, 3) uint8 RGB, or one of `prepare`'s results.
            masks: (H, W) uint8 ids of the objects that begin in this frame: all objects of the
                first frame at the first step; at later steps new objects only. There, 0 says
                nothing of the others: they are segmented, and the new ones laid over them.

        Raises:
            InputError: no masks at the first step, a later object that is followed already, or a
                size that differs.
        """
        if masks is None and not self._groups:
            raise InputError("masks are needed at the first step: which objects to follow")
        fresh = [] if masks is None else self._fresh(frame, masks)
        prepared = frame if isinstance(frame, PreparedFrame) else self.prepare([frame])[0]
        with self._computing():
            view = self.network.alignable(prepared.features, self.clock)
            if masks is None:
                return self._follow(view, prepared.proposals)
            return self._add(view, prepared.proposals, masks, fresh)

    def _fresh(self, frame: Image | PreparedFrame, masks: Ids) -> list[int]:
        """Ids of the objects that begin; refuses masks before anything has changed."""
        if isinstance(frame, PreparedFrame):
            assert self._geometry is not None
            height, width = self._geometry.source
        else:
            height, width = frame.shape[:2]
        if masks.shape != (height, width):
            raise InputError(
                f"the mask is {masks.shape[1]}x{masks.shape[0]} but the frames are {width}x{height}"
            )
        return self._slots.fresh(masks)

    def _add(
        self, frame: Alignable, proposals: Proposals, masks: Ids, fresh: list[int]
    ) -> FrameMasks:
        """Take new objects; those that are there already are segmented beneath them."""
        assert self._geometry is not None
        planes = self._geometry.pad(self._slots.to_slots(masks, self._geometry.scaled, fresh))
        planes = planes.to(self.device)
        state = self.network.begin(frame, planes, self.clock)
        sure = dict.fromkeys(fresh, 1.0)
        if self._groups:
            found = self._follow(frame, proposals, over=planes)
            ids, confidence = np.where(masks > 0, masks, found.ids), found.confidence | sure
        else:
            ids, confidence = masks.copy(), sure
        self._slots.add(fresh)
        self._groups.append(state)
        return FrameMasks(ids, confidence)

    def _follow(
        self, frame: Alignable, proposals: Proposals, over: Tensor | None = None
    ) -> FrameMasks:
        """Segment a frame; what the (N, H, W) masks `over` cover is not the old objects'.

        Groups are matched and refined each on its own, then aggregated together.
        """
        assert self._geometry is not None
        network, clock = self.network, self.clock
        results = [network.segment(frame, proposals, state, clock) for state in self._groups]
        with clock.measure("MRN"):
            probabilities = (
                results[0].probabilities
                if len(results) == 1
                else torch.cat([r.probabilities for r in results])
            )
            logits = soft_aggregate(self._clear_padding(probabilities))
            merged = torch.softmax(logits, dim=0)
            remembered = merged[1:]
            if over is not None:
                remembered = remembered * (1 - over.sum(0)).clamp_min(0)
            small = downsample_masks(remembered, MASK_STRIDE)
        counts = [len(r.probabilities) for r in results]
        for state, masks in zip(self._groups, small.split(counts), strict=True):
            network.memorize(state, frame, masks, clock)
        with clock.measure("MRN"):
            winner = self._geometry.to_source(logits).argmax(dim=0).to(torch.uint8)
            confidence = _confidence(merged)
        ids = self._slots.to_ids(winner)
        return FrameMasks(ids, dict(zip(self._slots.ids, confidence, strict=True)))

    def _clear_padding(self, probabilities: Tensor) -> Tensor:
        """No object is in the padding; without this, masks would leak into it and back."""
        assert self._geometry is not None
        height, width = self._geometry.scaled
        probabilities[:, height:] = 0
        probabilities[:, :, width:] = 0
        return probabilities

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """Inference mode and, unless in float32, mixed precision."""
        mixed = torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)
        with torch.inference_mode(), mixed:
            yield


def _confidence(merged: Tensor) -> list[float]:
    """IoU of each object's mask with its own probabilities, from (1 + O, H, W).

    What is unsure inside the mask and what is unsure outside of it both count against it.
    """
    winner = merged.argmax(dim=0)
    inside = torch.stack([winner == slot for slot in range(1, len(merged))]).flatten(1)
    probabilities = merged[1:].flatten(1)
    shared = (probabilities * inside).sum(1)
    united = inside.sum(1) + (probabilities * ~inside).sum(1)
    return [float(v) for v in (shared / united.clamp_min(1)).cpu()]
