"""Proposals in COCO's result format: one JSON list of instances with run-length masks."""

import json
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.sources.npz import unknown_frame
from models.sources.stored import StoredProposals

IMAGES = "images.json"
"""COCO's list of images, which says the frame that each `image_id` is."""
RESULTS = "results.json"
RECORD = "run.json"
"""How the proposals were made; not read here."""
_MOST_PIXELS = 1 << 28
"""Of a frame: 16384 x 16384. More would be a mistake, which takes minutes to decode."""
_ENDING = re.compile(r"[0-9]+$")


class CocoStore:
    """Reads a folder with one file of COCO results and, if it is there, `images.json`.

    Without `images.json` an `image_id` is a frame's name, or the number that the name ends in.
    """

    def __init__(self, folder: Path) -> None:
        """Read the list; masks are decoded later.

        Raises:
            InputError: no results file or several, or one that cannot be used.
        """
        found = sorted(f for f in folder.glob("*.json") if f.name not in (IMAGES, RECORD))
        if len(found) != 1:
            raise InputError(
                f"{folder} should hold one file of COCO results, NAME.json; it holds {len(found)}"
            )
        self.folder, self.file = folder, found[0]
        self._images = _images(folder / IMAGES)
        self._entries: dict[str, list[dict[str, Any]]] = {}
        entries = _read(self.file)
        if not isinstance(entries, list):
            raise InputError(f"{self.file} is not a list of COCO results")
        for number, entry in enumerate(entries):
            if not isinstance(entry, dict) or {"image_id", "segmentation", "score"} - set(entry):
                raise InputError(
                    f"{self.file}: entry {number} lacks image_id, segmentation or score"
                )
            self._entries.setdefault(str(entry["image_id"]), []).append(entry)
        if self._images is not None:
            unlisted = set(self._entries).difference(image for image, _ in self._images.values())
            if unlisted:
                raise InputError(
                    f"{self.file}: image_id {min(unlisted)} is not in {IMAGES} beside it, so its "
                    "frame is not known. Do the two files belong together?"
                )

    def names(self) -> list[str]:
        """Frames that there are proposals of, or that the list of images names."""
        return list(self._images or self._entries)

    def require(self, name: str) -> None:
        """Raise InputError if the folder knows nothing of a frame."""
        self._find(name)

    def foreign(self, names: Collection[str]) -> list[str]:
        """What there are proposals of, but is none of a video's frames."""
        known = set(names)
        if self._images is None:
            endings = (_ENDING.search(name) for name in names)
            known |= {str(int(ending[0])) for ending in endings if ending}
        return [name for name in self.names() if name not in known]

    def read(self, name: str) -> StoredProposals:
        """Proposals of one frame.

        Raises:
            InputError: the folder knows nothing of this frame, or its masks cannot be used.
        """
        entries, size = self._find(name)
        where = f"{self.file}, frame '{name}'"
        masks = [_decode(e["segmentation"], size, where) for e in entries]
        sizes = {m.shape for m in masks} | ({size} if size else set())
        if len(sizes) > 1:
            raise InputError(
                f"{where}: masks and frame differ in size: "
                + ", ".join(f"{s[1]}x{s[0]}" for s in sorted(sizes))
            )
        if not masks:
            height, width = size or (0, 0)
            return StoredProposals.none((height, width))
        try:
            scores = np.array([float(e["score"]) for e in entries], np.float32)
        except (TypeError, ValueError) as error:
            raise InputError(f"{where}: a score is not a number ({error})") from error
        return StoredProposals.of_frame_masks(np.stack(masks), scores, where)

    def _find(self, name: str) -> tuple[list[dict[str, Any]], tuple[int, int] | None]:
        """A frame's entries, and its size where it is known."""
        if self._images is not None:
            if name not in self._images:
                raise unknown_frame(self.folder, name, self.names())
            image, size = self._images[name]
            return self._entries.get(image, []), size
        if name in self._entries:
            return self._entries[name], None
        numbers = [int(key) for key in self._entries if key.isdecimal()]
        ending = _ENDING.search(name)
        if ending and numbers and int(ending[0]) <= max(numbers):
            return self._entries.get(str(int(ending[0])), []), None  # none found in this frame
        raise unknown_frame(
            self.folder,
            name,
            self.names(),
            f" If nothing was found in the last frames, add {IMAGES}, which names all frames",
        )


def _images(file: Path) -> dict[str, tuple[str, tuple[int, int]]] | None:
    """From a frame's name to its image id and size; None without the file."""
    if not file.is_file():
        return None
    values = _read(file)
    try:
        return {
            Path(image["file_name"]).stem: (
                str(image["id"]),
                (int(image["height"]), int(image["width"])),
            )
            for image in values["images"]
        }
    except (TypeError, KeyError, ValueError) as error:
        raise InputError(
            f"{file} is not COCO's list of images (id, file_name, height, width): {error!r}"
        ) from error


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{file} is not readable JSON: {error}") from error


def _mask_tools() -> Any:
    try:
        from pycocotools import mask
    except ImportError as error:
        raise InputError(
            "run-length masks need pycocotools: pip install 'ovos-cli[coco]', or keep proposals "
            "as npz"
        ) from error
    return mask


def _decode(segmentation: Any, size: tuple[int, int] | None, where: str) -> NDArray[np.uint8]:
    """(H, W) mask of a run-length encoding, compressed or not, in a frame of `size` if known."""
    tools = _mask_tools()
    try:
        height, width = map(_whole, segmentation["size"])
        counts = segmentation["counts"]
        _check_extent(height, width, size)
        if isinstance(counts, list):
            counts = [_whole(run) for run in counts]
            _check_runs(counts, height * width)
            encoded = tools.frPyObjects({"size": [height, width], "counts": counts}, height, width)
            counts = encoded["counts"].decode("ascii")
        decoded = tools.decode({"size": [height, width], "counts": counts.encode("ascii")})
        if not _overflows(tools, counts, height * width - 1):
            raise ValueError(f"its runs cover less than {width}x{height} pixels")
        return decoded
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise InputError(
            f"{where}: a segmentation is not a run-length mask of its frame: {error}"
        ) from error


def _whole(value: Any) -> Any:
    """A number that some programs write as 480.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _check_extent(height: Any, width: Any, size: tuple[int, int] | None) -> None:
    """pycocotools allocates by these numbers, whatever they are."""
    if any(type(v) is not int or v < 1 for v in (height, width)) or height * width > _MOST_PIXELS:
        raise ValueError(f"its size {[height, width]} is none of a frame")
    if size is not None and size != (height, width):
        raise ValueError(f"it is {width}x{height}, and its frame {size[1]}x{size[0]}")


def _check_runs(counts: list[Any], pixels: int) -> None:
    if any(type(run) is not int or run < 0 for run in counts):
        raise ValueError("its runs are not all numbers of pixels")
    if sum(counts) > pixels:
        raise ValueError(f"its runs cover {sum(counts)} pixels of {pixels}")


def _overflows(tools: Any, counts: str, room: int) -> bool:
    """Whether runs cover more than `room` pixels.

    pycocotools refuses runs that cover too much, but leaves pixels that none covers as they
    happen to be in memory; so it is asked whether one pixel less would be too little room.
    """
    try:
        tools.decode({"size": [room, 1], "counts": counts.encode("ascii")})
    except ValueError:
        return True
    return False


def encode(masks: Iterable[NDArray[np.bool_]]) -> list[dict[str, Any]]:
    """Run-length encodings of (N, H, W) masks, as JSON values.

    Raises:
        InputError: pycocotools is missing.
    """
    tools = _mask_tools()
    encoded = []
    for mask in masks:
        rle = tools.encode(np.asfortranarray(mask.astype(np.uint8)))
        encoded.append({"size": rle["size"], "counts": rle["counts"].decode("ascii")})
    return encoded
