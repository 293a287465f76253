"""Features and proposals of frames on disk, within a bound: they do not depend on masks."""

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialize
from torch import Tensor

from models.errors import InputError, OvosError
from models.modules.base_features import FrameFeatures
from models.proposals import Proposals
from models.tracking.segmenter import PreparedFrame
from models.utils.whole_file import write_whole

_TAG = "CACHEDIR.TAG"
_SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55\n# Features of frames; safe to delete.\n"
"""What backup programs look for: https://bford.info/cachedir/"""
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]+)?)\s*([KMGT]?)(?:i?B)?", re.ASCII | re.IGNORECASE)
_LEVELS = ("f4", "f8", "f16")
_PARTS = ("boxes", "masks", "scores")


def parse_size(text: str) -> int:
    """Bytes of `2G`, `500M` or `0`.

    Raises:
        InputError: not of that form.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InputError(f"--cache does not understand '{text}'; write a size such as 2G or 500M")
    return int(float(match[1]) * 1024 ** " KMGT".index(match[2].upper() or " "))


class FeatureCache:
    """Prepared frames by index; those that were not used for the longest time go first."""

    def __init__(
        self,
        folder: Path,
        bound: int,
        key: str,
        device: torch.device,
        wanted: Callable[[int], bool] = lambda _: True,
    ) -> None:
        """Open or begin a cache.

        Args:
            folder: a new one, an empty one, or a cache of ours.
            bound: bytes that it holds at most.
            key: of what the features follow from besides the frame; others' are removed.
            device: to which frames are brought.
            wanted: whether a frame, by its index, is worth keeping.

        Raises:
            InputError: the folder holds something else. OvosError: it cannot be written.
        """
        self.folder, self._wanted = folder, wanted
        tag = folder / _TAG
        if folder.is_dir() and any(folder.iterdir()) and not tag.exists():
            raise InputError(
                f"the cache {folder} holds files that are not ours; empty it, or move it away"
            )
        self._folder, self._bound, self._device = folder / key[:16], bound, device
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OvosError(f"the cache {folder} cannot be written: {error.strerror}") from error
        write_whole(tag, _SIGNATURE.encode())
        for other in folder.iterdir():
            if other.is_dir() and other != self._folder:
                _remove(other)
        files = sorted(self._folder.glob("*.safetensors"), key=lambda f: f.stat().st_mtime)
        self._sizes = OrderedDict((file.name, file.stat().st_size) for file in files)
        self._held = sum(self._sizes.values())
        self._full = False

    def get(self, index: int) -> PreparedFrame | None:
        """The frame, if it is there."""
        name = f"{index}.safetensors"
        if name not in self._sizes:
            return None
        try:
            with safe_open(self._folder / name, framework="pt", device=str(self._device)) as file:
                size = json.loads((file.metadata() or {})["size"])
                parts = {part: file.get_tensor(part) for part in (*_LEVELS, *_PARTS)}
        except (SafetensorError, OSError, KeyError, ValueError):  # removed or damaged
            self._held -= self._sizes.pop(name)
            return None
        self._sizes.move_to_end(name)
        f4, f8, f16 = (parts[level].permute(0, 3, 1, 2) for level in _LEVELS)
        features = FrameFeatures(f4, f8, f16, (), (size[0], size[1]))
        return PreparedFrame(features, Proposals(*(parts[part] for part in _PARTS)))

    def put(self, index: int, frame: PreparedFrame) -> None:
        """Keep a frame, if there is room on the disk."""
        if self._full or not self._wanted(index):
            return
        content = serialize(_parts(frame), {"size": json.dumps(frame.features.size)})
        if len(content) > self._bound:
            self._full = True
            return
        while self._sizes and self._held + len(content) > self._bound:
            name, size = self._sizes.popitem(last=False)
            self._held -= size
            (self._folder / name).unlink(missing_ok=True)
        name = f"{index}.safetensors"
        try:
            write_whole(self._folder / name, content)
        except OvosError:  # a cache is no reason to fail
            self._full = True
            return
        self._held += len(content) - self._sizes.pop(name, 0)
        self._sizes[name] = len(content)

    def remove(self) -> None:
        """Leave nothing of it."""
        _remove(self._folder)
        (self.folder / _TAG).unlink(missing_ok=True)
        with suppress(OSError):  # not empty: it is not all ours
            self.folder.rmdir()


def _parts(frame: PreparedFrame) -> dict[str, Tensor]:
    """Channels come last, as they lie in memory: what is read lies the same way, so that the
    network computes the same bits from it."""
    parts = {
        level: getattr(frame.features, level).permute(0, 2, 3, 1).contiguous().cpu()
        for level in _LEVELS
    }
    return parts | {part: getattr(frame.proposals, part).contiguous().cpu() for part in _PARTS}


def _remove(folder: Path) -> None:
    with suppress(OSError):
        for file in folder.glob("*.safetensors"):
            file.unlink()
        folder.rmdir()
