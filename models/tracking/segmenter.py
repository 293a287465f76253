"""The public, streaming interface: one frame in, one mask out."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.config import FRAMES_KEPT
from models.errors import InputError
from models.hub.inference import for_inference
from models.hub.load import load_model
from models.modules.base_features import FrameFeatures
from models.network import DMNAOA
from models.proposals import Origin, Proposals
from models.tracking.cues import Cues, cues_of
from models.tracking.frames import RememberedFrames
from models.tracking.geometry import Geometry, as_rgb
from models.tracking.merging import Merged, answer, merge, to_remember
from models.tracking.objects import Ids, TrackedObjects, id_planes
from models.tracking.scenes import following
from models.tracking.soft import SoftMasks, levels_of
from models.tracking.state_file import StateFile, weights_digest
from models.utils.clock import Clock
from models.utils.device import choose_device, choose_precision
from models.utils.precision import Precision

_GPU_BATCH = 4
_LARGEST = 4320
"""Of 8K."""


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
    its probabilities; 0 where it sees none of the object, 1 where its mask was given.
    soft: of the objects that were segmented; None where there is none.
    cues: of those that were segmented and not given, what else speaks for their masks.
    """

    ids: Ids
    confidence: dict[int, float]
    soft: SoftMasks | None = None
    cues: dict[int, Cues] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Tracks:
    """What a step changes, all at once. time: of the next frame, if it is the very next."""

    objects: TrackedObjects
    past: RememberedFrames | None
    time: int


def computed_in(
    size: int, device: str, precision: Precision | str
) -> tuple[torch.device, torch.dtype]:
    """Device and number format of a `Segmenter` with these options.

    Raises:
        InputError: a size below 64 or above 4320, a device that is not there, fp16 on a CPU.
    """
    if not 64 <= size <= _LARGEST:
        raise InputError(f"size {size} is not from 64 to {_LARGEST} pixels of the short side")
    chosen = choose_device(device)
    return chosen, choose_precision(precision, chosen)


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
        precision: Precision | str = Precision.AUTO,
    ) -> None:
        """Wrap a network.

        Args:
            network: a copy of it is made for inference.
            size: short side of the frames inside the network, in pixels.
            device: auto, cpu, cuda or mps.
            precision: of the heavy layers.

        Raises:
            InputError: a size below 64 or above 4320, a device that is not there, an unknown
                precision, fp16 on a CPU.
        """
        self.device, self.dtype = computed_in(size, device, precision)
        ready = for_inference(network, self.dtype)
        self.network = ready.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.size = size
        self.clock = Clock(self.device)
        self._geometry: Geometry | None = None
        self._prepared = 0
        self._tracks = _Tracks(TrackedObjects(), None, 0)

    @classmethod
    def load(
        cls,
        model: str = "lite",
        weights: str | Path | None = None,
        *,
        size: int = 480,
        device: str = "auto",
        precision: Precision | str = Precision.AUTO,
        proposals: str | None = None,
    ) -> "Segmenter":
        """Load a model by name, from the package's weights or a file of yours.

        Its memory keeps `FRAMES_KEPT` frames, unless the weights were made for another number.
        `proposals` names a source other than the model's own; see `models.hub.load.load_model`.

        Raises:
            InputError: an unknown model or source of proposals; weights that are missing, damaged
                or another model's; what `Segmenter` itself refuses.
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
    def objects(self) -> tuple[int, ...]:
        """Ids of the objects that are followed."""
        return self._tracks.objects.ids

    @property
    def batch(self) -> int:
        """How many frames to prepare at once: on a GPU, one alone would leave it idle."""
        return _GPU_BATCH if self.device.type == "cuda" else 1

    def fit(self, height: int, width: int) -> None:
        """Say of what size the video is, where its frames were prepared before."""
        if self._geometry is None:
            self._geometry = Geometry.fit((height, width), self.size)

    def prepare(
        self, frames: Sequence[NDArray[np.generic]], names: Sequence[str] | None = None
    ) -> list[PreparedFrame]:
        """Extract features and proposals of several frames at once.

        Args:
            frames: in order, (H, W, 3) uint8 RGB; what else is taken says `as_rgb`.
            names: by which stored proposals are looked up; 00000, 00001, … where not given.

        Raises:
            InputError: sizes differ, a frame is no image, or the source of proposals has none of
                a frame.
        """
        images = [as_rgb(frame) for frame in frames]
        self.fit(*images[0].shape[:2])
        assert self._geometry is not None
        counted = range(self._prepared, self._prepared + len(images))
        origin = Origin(tuple(names or (f"{i:05d}" for i in counted)), self._geometry)
        with self.computing():
            batch = torch.cat([self._geometry.frame(image) for image in images])
            if self.device.type == "cuda":  # bytes, from memory that the GPU reads by itself
                batch = batch.pin_memory()
            batch = batch.to(self.device, non_blocking=True).float() / 255
            with self.clock.measure("BFE"):
                features = self.network.bfe(batch)
            with self.clock.measure("OPG"):
                proposals = self.network.propose(batch, features, origin)
        self._prepared += len(images)
        return [PreparedFrame(features[i], p) for i, p in enumerate(proposals)]

    def step(
        self,
        frame: NDArray[np.generic] | PreparedFrame,
        masks: Ids | None = None,
        drop: Collection[int] = (),
        *,
        absent: Collection[int] = (),
        at: int | None = None,
        cut: bool = False,
    ) -> FrameMasks:
        """Segment the next frame. A step that fails leaves everything as it was.

        Args:
            frame: (H, W, 3) uint8 RGB, or one of `prepare`'s results.
            masks: (H, W) uint8 ids of objects as they are in this frame. New ones begin here. Of
                one that is followed already it is a correction: it is given back as it is, and
                counts for good. 0 says nothing of the other objects: they are segmented, and the
                given ones laid over them. Needed at the first step.
            drop: ids of objects that end before this frame.
            absent: ids of objects that a person knows to be out of sight in this frame. They are
                looked for again in the next one.
            at: which frame it is, where some are left out: frames from the first one, in the
                direction in which the video is gone through. None is the very next.
            cut: whether another shot begins between the frame before and this one. Objects are
                then looked for by what is remembered of them, and not where they just were.

        Raises:
            InputError: no masks at the first step, masks of another size, without an object or of
                one that was dropped, an id to drop or to be absent that is not followed, a frame
                that does not come after the one before.
        """
        before = self._geometry, self._prepared
        try:
            with self.computing():
                found, self._tracks = self._step(frame, masks, drop, absent, at, cut)
        except BaseException:
            self._geometry, self._prepared = before
            raise
        return found

    def _step(
        self,
        frame: NDArray[np.generic] | PreparedFrame,
        masks: Ids | None,
        drop: Collection[int],
        absent: Collection[int],
        at: int | None,
        cut: bool,
    ) -> tuple[FrameMasks, _Tracks]:
        """The masks of a frame, and what to go on with."""
        tracks, network, clock = self._tracks, self.network, self.clock
        objects, past = tracks.objects, tracks.past
        time = tracks.time if at is None else at
        if time < tracks.time:
            raise InputError(f"frame {time} does not come after frame {tracks.time - 1}")
        if masks is None and not (objects.ids or objects.dropped):
            raise InputError("masks are needed at the first step: which objects to follow")
        if drop:
            kept = objects.rows({*objects.ids} - {*drop})
            objects = objects.without(drop)
            past = past.select(kept) if past is not None and kept else None
        named = [] if masks is None else objects.named_in(self._checked(frame, masks))
        prepared = frame if isinstance(frame, PreparedFrame) else self.prepare([frame])[0]
        assert self._geometry is not None
        joined = objects.joined_by(named)
        if unknown := {*absent} - {*joined.ids}:
            raise InputError(f"object {min(unknown)} cannot be absent: it is not followed")
        if not joined.ids:
            nothing = np.zeros(self._geometry.source, np.uint8)
            return FrameMasks(nothing, {}), _Tracks(joined, None, time + 1)
        keyframe = joined.rows(named)
        view = network.describe(prepared.features, clock)
        planes = self._planes(masks, [joined.ids[row] for row in keyframe])
        found: Merged | None = None
        soft: SoftMasks | None = None
        if past is not None and len(keyframe) < len(joined):
            past = following(past, view.look(), cut=cut)
            nowhere = [row for row in (*keyframe, *joined.rows(absent)) if row < len(past)]
            result = network.segment(view, prepared.proposals, past, time, clock)
            with clock.measure("MRN"):
                levels = levels_of(result.logits)
                found = merge(levels, self._geometry, nowhere)
        with clock.measure("MRN"):
            probabilities = None if found is None else found.probabilities
            small = to_remember(probabilities, planes, keyframe, len(joined))
        new = network.encode(past, view, small, time, clock, keyframe=keyframe)
        ids, sure = np.zeros(self._geometry.source, np.uint8), dict.fromkeys(named, 1.0)
        cues = dict[int, Cues]()
        if found is not None and past is not None:
            with clock.measure("MRN"):
                winner, confidence = answer(found, self._geometry)
                ids = joined.to_ids(winner)
                soft = SoftMasks(joined.ids[: len(levels)], levels.cpu().numpy())
                seen = cues_of(view, small, past)
            cues = {i: c for i, c in zip(joined.ids, seen, strict=False) if i not in named}
            sure = dict(zip(joined.ids, confidence.tolist(), strict=False)) | sure
        after = network.committed(past, new, new.present.tolist(), keyframe)
        if masks is not None:
            ids = np.where(masks > 0, masks, ids).astype(np.uint8)
        sure = {ident: sure[ident] for ident in joined.ids}
        return FrameMasks(ids, sure, soft, cues), _Tracks(joined, after, time + 1)

    def _checked(self, frame: NDArray[np.generic] | PreparedFrame, masks: Ids) -> Ids:
        """Refuses masks of another size or kind before anything has changed."""
        if isinstance(frame, PreparedFrame):
            assert self._geometry is not None
            height, width = self._geometry.source
        else:
            height, width = frame.shape[:2]
        if masks.shape != (height, width):
            sides = "x".join(str(side) for side in (*masks.shape[1::-1], *masks.shape[2:]))
            raise InputError(f"the mask is {sides} but the frames are {width}x{height}")
        if masks.dtype != np.bool_ and not np.issubdtype(masks.dtype, np.integer):
            raise InputError(f"the mask has the type {masks.dtype}; ids are whole numbers, uint8")
        if masks.dtype != np.uint8 and masks.size and not 0 <= masks.min() <= masks.max() <= 255:
            raise InputError("the mask holds numbers that are no ids; objects have 1 to 254")
        return masks

    def _planes(self, masks: Ids | None, ids: Sequence[int]) -> Tensor | None:
        """(K, H, W) the given masks at the network's size, padded."""
        assert self._geometry is not None
        if masks is None:
            return None
        planes = id_planes(masks, self._geometry.scaled, ids)
        return self._geometry.pad(planes).to(self.device)

    def restart(self) -> None:
        """Forget every object and all frames; the next step is a first one, of the same video."""
        self._tracks = _Tracks(TrackedObjects(), None, 0)

    def sibling(self) -> "Segmenter":
        """Another one, of the same network in memory: of another video, with objects of its own."""
        other = copy(self)
        other._geometry, other._prepared = None, 0
        other.restart()
        return other

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the network's weights and settings."""
        return weights_digest(self.network)

    def save(self, path: str | Path) -> None:
        """Write the whole state to a safetensors file, complete or not at all.

        A segmenter of the same weights that restores it gives the same masks from there on.

        Raises:
            InputError: nothing has been segmented yet. OvosError: it cannot be written.
        """
        if self._geometry is None or self._tracks.time == 0:
            raise InputError("there is no state to save before the first step")
        StateFile(
            self.digest,
            str(self.dtype),
            self._geometry,
            self._tracks.time,
            self._tracks.objects,
            self._tracks.past,
        ).write(Path(path))

    def restore(self, path: str | Path) -> None:
        """Go on from a saved state; what this segmenter had before is given up.

        Raises:
            InputError: the file is missing, damaged or of another version, of other weights, of
                another size inside the network, or of a video of another size.
        """
        path = Path(path)
        state = StateFile.read(path, self.device)
        state.check(path, self.digest, str(self.dtype))
        geometry = state.geometry
        if Geometry.fit(geometry.source, self.size) != geometry:
            raise InputError(
                f"{path} was saved with a short side of {min(geometry.scaled)} pixels inside the "
                f"model, and this one has {self.size}; give the same size"
            )
        if self._geometry is not None and self._geometry.source != geometry.source:
            height, width = geometry.source
            raise InputError(
                f"{path} is of a video of {width}x{height}, and this one has "
                f"{self._geometry.source[1]}x{self._geometry.source[0]}"
            )
        self._geometry, self._prepared = geometry, state.time
        self._tracks = _Tracks(state.objects, state.past, state.time)

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Inference mode and, unless in float32, mixed precision."""
        mixed = torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32)
        with torch.inference_mode(), mixed:
            yield
