"""Proposals computed before, by whatever program, and kept in files."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from models.config import ModelConfig
from models.errors import InputError
from models.functional.selection import best
from models.hub.weights_file import sha256
from models.modules.base_features import FrameFeatures
from models.proposals import Origin, Proposals
from models.sources.coco import RECORD, CocoStore
from models.sources.npz import NpzStore
from models.sources.stored import StoredProposals
from models.utils.clutter import without_clutter


class Store(Protocol):
    """A folder of proposals, frame by frame, by the names of the frames."""

    def names(self) -> list[str]:
        """Frames that there are proposals of."""
        ...

    def require(self, name: str) -> None:
        """Raise InputError if the folder knows nothing of a frame."""
        ...

    def foreign(self, names: Collection[str]) -> list[str]:
        """What there are proposals of, but is none of a video's frames."""
        ...

    def read(self, name: str) -> StoredProposals:
        """Proposals of one frame. Raises InputError."""
        ...


def open_store(folder: Path) -> Store:
    """Recognize what a folder holds.

    Raises:
        InputError: no such folder, or neither npz files nor COCO results in it, or both.
    """
    if not folder.is_dir():
        raise InputError(f"the folder of proposals {folder} does not exist")
    arrays = any(without_clutter(folder.glob("*.npz")))
    lists = any(file.name != RECORD for file in without_clutter(folder.glob("*.json")))
    if arrays == lists:
        raise InputError(
            f"the folder {folder} should hold proposals either as npz files or as COCO results "
            f"(JSON); it holds {'both' if arrays else 'neither'}"
        )
    return NpzStore(folder) if arrays else CocoStore(folder)


def digest(folder: Path) -> str:
    """SHA-256 of the proposals that a folder holds, by name and content."""
    whole = hashlib.sha256()
    for file in without_clutter([*folder.glob("*.npz"), *folder.glob("*.json")]):
        if file.name != RECORD:
            whole.update(f"{file.name} {sha256(file)}\n".encode())
    return whole.hexdigest()


class FileProposals:
    """Looks proposals up by the names of the frames; class-agnostic NMS and top-n as ever."""

    def __init__(self, folder: Path, config: ModelConfig) -> None:
        """Open a folder.

        Raises:
            InputError: see `open_store`.
        """
        self.folder, self.store = folder, open_store(folder)
        self.nms, self.limit = config.proposal_nms, config.max_proposals

    def check(self, names: Sequence[str], frames: Sequence[str], size: tuple[int, int]) -> None:
        """Refuse proposals of another video before they are used; reads those of one frame.

        Args:
            names: frames that will be asked for.
            frames: names of all frames that the video has, in order.
            size: (H, W) of its frames.

        Raises:
            InputError: a frame is missing, there are other frames, or the first is of another
                size.
        """
        self.refuse_foreign(frames, "")
        self.cover(names, "")
        for name in names[:1]:
            self.fitting(name, size)

    def cover(self, names: Iterable[str], advice: str = " If not, give --end") -> None:
        """Refuse proposals that lack a frame which will be asked for.

        Args:
            names: of these frames.
            advice: what to do if they are of this video nevertheless.

        Raises:
            InputError: there are none of a frame.
        """
        for name in names:
            try:
                self.store.require(name)
            except InputError as error:
                raise InputError(f"{error}{advice}") from error

    def refuse_foreign(self, frames: Sequence[str], advice: str = " If not, give --end") -> None:
        """Refuse proposals of frames that the video does not have.

        Too few are no matter here: a video may be used in part, see `cover`.

        Args:
            frames: names of all frames that the video has, in order.
            advice: what to do if they are of this video nevertheless.

        Raises:
            InputError: there are more frames, or others.
        """
        count = len(self.store.names())
        if count > len(frames):
            raise InputError(
                f"{self.folder} holds proposals of {count} frames, but the video has "
                f"{len(frames)}. Are they of another video?{advice}"
            )
        foreign = self.store.foreign(frames)
        if foreign:
            raise InputError(
                f"{self.folder} holds proposals of '{foreign[-1]}', which is none of the video's "
                f"{len(frames)} frames, {frames[0]} to {frames[-1]}. Are they of another video, or "
                f"counted otherwise?{advice}"
            )

    def propose(
        self, frames: Tensor, features: FrameFeatures, origin: Origin | None = None
    ) -> list[Proposals]:
        """Look proposals up; see `ObjectProposalGenerator`.

        Raises:
            InputError: a frame without name, unknown or of another size, or a damaged file.
        """
        if origin is None:
            raise InputError("stored proposals are looked up by frame, and these have no names")
        return [self._read(name, origin, frames.device) for name in origin.names]

    def fitting(self, name: str, size: tuple[int, int]) -> StoredProposals:
        """Proposals of a frame of `size`; a size of (0, 0) in the file is not known.

        Raises:
            InputError: there are none, they cannot be used, or are of another size.
        """
        stored = self.store.read(name)
        if stored.size not in (size, (0, 0)):
            (height, width), (ours, across) = stored.size, size
            raise InputError(
                f"{self.folder} holds proposals for frames of {width}x{height}, but frame "
                f"'{name}' is {across}x{ours}. Are they of another video?"
            )
        return stored

    def _read(self, name: str, origin: Origin, device: torch.device) -> Proposals:
        stored = self.fitting(name, origin.geometry.source)
        if len(stored.scores) == 0:
            return Proposals.empty(stored.masks.shape[-1], device)
        boxes, masks, scores = stored.inside(origin.geometry)
        kept = best(boxes, scores, self.nms, self.limit)
        return Proposals(*(x[kept].to(device) for x in (boxes, masks, scores)))
