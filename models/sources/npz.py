"""Proposals as one compressed npz file for each frame, named like the frame."""

import zipfile
from collections.abc import Collection
from functools import partial
from pathlib import Path

import numpy as np

from models.errors import InputError
from models.sources.stored import StoredProposals
from models.utils.clutter import without_clutter
from models.utils.whole_file import write_whole

_MOST_BYTES = 1 << 30
"""Of a frame's arrays: 500 masks of 1920 x 1080 as bool. A small file may unpack to any size."""


class NpzStore:
    """Reads a folder of `NAME.npz`.

    Each holds `scores` (N,), `size` (H, W) of the source, and either `masks` (N, H, W) of the
    whole frame, or `boxes` (N, 4) and `masks` (N, S, S) relative to them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = {file.stem: file for file in without_clutter(folder.glob("*.npz"))}

    def names(self) -> list[str]:
        """Frames that there are proposals of."""
        return list(self._files)

    def require(self, name: str) -> None:
        """Raise InputError if the folder knows nothing of a frame."""
        self._find(name)

    def foreign(self, names: Collection[str]) -> list[str]:
        """What there are proposals of, but is none of a video's frames."""
        return sorted(set(self._files).difference(names))

    def _find(self, name: str) -> Path:
        if name not in self._files:
            raise unknown_frame(self.folder, name, self.names())
        return self._files[name]

    def read(self, name: str) -> StoredProposals:
        """Proposals of one frame.

        Raises:
            InputError: there are none of this frame, or the file cannot be used.
        """
        file = self._find(name)
        try:
            _check_bytes(file)
            with np.load(file, allow_pickle=False) as arrays:
                held = {key: arrays[key] for key in arrays.files}
        except InputError:
            raise
        except Exception as error:  # zipfile, zlib and numpy raise many kinds for damaged bytes
            raise InputError(f"{file} is not a readable npz file: {error}") from error
        # What does not begin like an array is given as bytes.
        held = {key: array for key, array in held.items() if isinstance(array, np.ndarray)}
        lacking = {"scores", "masks", "size"} - set(held)
        if lacking or held["size"].shape != (2,):
            raise InputError(
                f"{file} lacks {', '.join(sorted(lacking)) or 'a size of two numbers'}; "
                f"it holds {', '.join(sorted(held))}"
            )
        try:
            size = (int(held["size"][0]), int(held["size"][1]))
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(f"{file}: size is not two numbers, H and W ({error})") from error
        if "boxes" in held:
            return StoredProposals.checked(
                held["boxes"], held["masks"], held["scores"], size, str(file)
            )
        if held["masks"].shape[1:] != size:
            raise InputError(
                f"{file}: masks {held['masks'].shape} without boxes should be of the whole frame, "
                f"{size[1]}x{size[0]}"
            )
        return StoredProposals.of_frame_masks(held["masks"], held["scores"], str(file))


def _check_bytes(file: Path) -> None:
    """Refuse what would fill the memory; zipfile reads no more of a part than is said here."""
    with zipfile.ZipFile(file) as archive:
        held = sum(part.file_size for part in archive.infolist())
    if held > _MOST_BYTES:
        raise InputError(
            f"{file} unpacks to {held} bytes, more than the {_MOST_BYTES} that are read; keep "
            "masks as bool, or relative to boxes"
        )


def unknown_frame(folder: Path, name: str, names: list[str], advice: str = "") -> InputError:
    """The error for a frame that a folder knows nothing of."""
    found = f"{len(names)} frames, {names[0]} to {names[-1]}" if names else "no frame"
    return InputError(
        f"{folder} holds no proposals of the frame '{name}', but of {found}. "
        f"Are they of another video?{advice}"
    )


def write_npz(folder: Path, name: str, stored: StoredProposals) -> None:
    """Write one frame's file; it is complete or absent."""
    fill = partial(
        np.savez_compressed,
        boxes=stored.boxes,
        masks=stored.masks.astype(np.float16),
        scores=stored.scores,
        size=np.array(stored.size),
    )
    write_whole(folder / f"{name}.npz", fill)
