"""Proposals computed before, by whatever program, and kept in files."""

from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from models.config import ModelConfig
from models.errors import InputError
from models.functional.selection import best
from models.modules.base_features import FrameFeatures
from models.proposals import Origin, Proposals
from models.sources.coco import RECORD, CocoStore
from models.sources.npz import NpzStore
from models.sources.stored import StoredProposals


class Store(Protocol):
    """A folder of proposals, frame by frame, by the names of the frames."""

    def names(self) -> list[str]:
        """Frames that there are proposals of."""
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
    arrays = any(folder.glob("*.npz"))
    lists = any(file.name != RECORD for file in folder.glob("*.json"))
    if arrays == lists:
        raise InputError(
            f"the folder {folder} should hold proposals either as npz files or as COCO results "
            f"(JSON); it holds {'both' if arrays else 'neither'}"
        )
    return NpzStore(folder) if arrays else CocoStore(folder)


class FileProposals:
    """Looks proposals up by the names of the frames; class-agnostic NMS and top-n as ever."""

    def __init__(self, folder: Path, config: ModelConfig) -> None:
        """Open a folder.

        Raises:
            InputError: see `open_store`.
        """
        self.folder, self.store = folder, open_store(folder)
        self.nms, self.limit = config.proposal_nms, config.max_proposals

    def expect(self, frames: int) -> None:
        """Refuse proposals of more frames than the video has.

        Too few are noticed when one is missing: a video may be used in part.

        Raises:
            InputError: there are more.
        """
        count = len(self.store.names())
        if count > frames:
            raise InputError(
                f"{self.folder} holds proposals of {count} frames, but the video has {frames}. "
                "Are they of another video? If not, give --end"
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

    def _read(self, name: str, origin: Origin, device: torch.device) -> Proposals:
        stored = self.store.read(name)
        if len(stored.scores) == 0:
            return Proposals.empty(stored.masks.shape[-1], device)
        (height, width), (ours, across) = stored.size, origin.geometry.source
        if (height, width) != (ours, across):
            raise InputError(
                f"{self.folder} holds proposals for frames of {width}x{height}, but frame "
                f"'{name}' is {across}x{ours}. Are they of another video?"
            )
        boxes, masks, scores = stored.inside(origin.geometry)
        kept = best(boxes, scores, self.nms, self.limit)
        return Proposals(*(x[kept].to(device) for x in (boxes, masks, scores)))
