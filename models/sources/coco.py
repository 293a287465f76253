"""Proposals in COCO's result format: one JSON list of instances with run-length masks."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.run_lengths import decode, extent
from models.sources.npz import unknown_frame
from models.sources.stored import StoredProposals
from models.utils.clutter import without_clutter
from models.utils.names import number_at_end
from models.utils.text_file import read_json

IMAGES = "images.json"
"""COCO's list of images, which says the frame that each `image_id` is."""
RESULTS = "results.json"
RECORD = "run.json"
"""How the proposals were made; not read here."""
_MOST_DIGITS = 18
_NONE: tuple[object, ...] = (None, [], {})
"""What programs write for a mask that they have not."""


class CocoStore:
    """Reads a folder with one file of COCO results and, if it is there, `images.json`.

    Without `images.json` an `image_id` is a frame's name, or the number that the name ends in.
    """

    def __init__(self, folder: Path) -> None:
        """Read the list; masks are decoded later.

        Raises:
            InputError: no results file or several, or one that cannot be used.
        """
        lists = without_clutter(folder.glob("*.json"))
        found = [f for f in lists if f.name not in (IMAGES, RECORD)]
        if len(found) != 1:
            raise InputError(
                f"{folder} should hold one file of COCO results, NAME.json; it holds {len(found)}"
            )
        self.folder, self.file = folder, found[0]
        self._images = _images(folder / IMAGES)
        self._entries: dict[str, list[dict[str, Any]]] = {}
        entries = read_json(self.file)
        if not isinstance(entries, list):
            raise InputError(f"{self.file} is not a list of COCO results")
        for number, entry in enumerate(entries):
            if not isinstance(entry, dict) or {"image_id", "score"} - set(entry):
                raise InputError(f"{self.file}: entry {number} lacks image_id or score")
            key = _key(entry["image_id"], f"{self.file}: entry {number}")
            kept = self._entries.setdefault(key, [])
            if entry.get("segmentation") not in _NONE:
                kept.append(entry)
        if entries and not any(self._entries.values()):
            raise InputError(
                f"{self.file} lacks masks: none of its {len(entries)} entries has a segmentation, "
                "and boxes alone are no proposals"
            )
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
            ends = (number_at_end(name) for name in names)
            known |= {_of_name(name) for name in names} | {str(n) for n in ends if n is not None}
        return [name for name in self.names() if name not in known]

    def read(self, name: str) -> StoredProposals:
        """Proposals of one frame.

        Raises:
            InputError: the folder knows nothing of this frame, or its masks cannot be used.
        """
        entries, size = self._find(name)
        where = f"{self.file}, frame '{name}'"
        if not entries:
            return StoredProposals.none(size or (0, 0))
        try:
            sizes = {extent(e["segmentation"], size) for e in entries}
            scores = np.array([float(e["score"]) for e in entries], np.float32)
        except (TypeError, KeyError, ValueError, OverflowError) as error:
            raise InputError(
                f"{where}: a score is not a number, or a segmentation is not a run-length mask of "
                f"its frame: {error}"
            ) from error
        if len(sizes) > 1:
            raise InputError(
                f"{where}: masks differ in size: "
                + ", ".join(f"{s[1]}x{s[0]}" for s in sorted(sizes))
            )
        (found,) = sizes
        return StoredProposals.of_masks(_decoded(entries, where), scores, found, where)

    def _find(self, name: str) -> tuple[list[dict[str, Any]], tuple[int, int] | None]:
        """A frame's entries, and its size where it is known."""
        if self._images is not None:
            if name not in self._images:
                raise unknown_frame(self.folder, name, self.names())
            image, size = self._images[name]
            return self._entries.get(image, []), size
        if _of_name(name) in self._entries:
            return self._entries[_of_name(name)], None
        numbers = [n for n in map(_number, self._entries) if n is not None]
        ending = number_at_end(name)
        if ending is not None and numbers and min(0, *numbers) <= ending <= max(numbers):
            return self._entries.get(str(ending), []), None  # none found in this frame
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
    values = read_json(file)
    try:
        return {
            Path(image["file_name"].replace("\\", "/")).stem: (
                _key(image["id"], str(file)),
                (int(image["height"]), int(image["width"])),
            )
            for image in values["images"]
        }
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(
            f"{file} is not COCO's list of images (id, file_name, height, width): {error!r}"
        ) from error


def _key(image: Any, where: str) -> str:
    """An `image_id`, a number or a text: 7, 7.0, "7" and "00007" are one.

    Raises:
        InputError: it is neither.
    """
    if isinstance(image, float) and image.is_integer():
        image = int(image)
    if isinstance(image, bool) or not isinstance(image, int | str):
        raise InputError(f"{where} has the image_id {image!r}, which is no number or name")
    return _of_name(str(image).strip())


def _of_name(name: str) -> str:
    """What is nothing but a number, without zeros before it."""
    number = _number(name)
    return name if number is None else str(number)


def _number(name: str) -> int | None:
    digits = name.removeprefix("-")
    plain = digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS
    return int(name) if plain else None


def _decoded(entries: list[dict[str, Any]], where: str) -> Iterator[NDArray[np.uint8]]:
    """Masks one after the other: all of a frame at once may not fit into memory."""
    for entry in entries:
        try:
            yield decode(entry["segmentation"])
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise InputError(
                f"{where}: a segmentation is not a run-length mask of its frame: {error}"
            ) from error
