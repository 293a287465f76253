"""What `ovos mask` does between its options and what it prints."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.clicks.answer import Answers, mask_from_prompt
from models.clicks.prompt import Prompt
from models.errors import InputError
from ovos_cli.formats.opening import open_annotations
from ovos_cli.masks.annotated_masks import masks_of
from ovos_cli.masks.first_mask import IndexedMask, read_first_mask
from ovos_cli.masks.ids import Ids, ids_in
from ovos_cli.masks.keyframes import is_annotations
from ovos_cli.masks.palette import davis_palette
from ovos_cli.masks.preview import preview_of
from ovos_cli.masks.writer import write_mask
from ovos_cli.media.frame import Frame, FrameReader, Image
from ovos_cli.media.overlay import blend
from ovos_cli.output import probe, writing
from ovos_cli.propose.sheet import save_jpeg


@dataclass(frozen=True)
class MaskFiles:
    """A mask, and a picture of it beside it."""

    mask: Path

    @property
    def preview(self) -> Path:
        """Where the picture is."""
        return preview_of(self.mask)

    def claim(self, *, overwrite: bool) -> None:
        """See that both can be written, before anything is computed.

        Raises:
            InputError: the name is no PNG's, one of them is there already, or the folder cannot be
                written.
        """
        if self.mask.suffix.lower() != ".png":
            raise InputError(f"--out {self.mask} should be a PNG, first.png for example")
        for path in (self.mask, self.preview):
            if path.is_dir():
                raise InputError(f"{path} is a folder; choose another --out")
            if path.exists() and not overwrite:
                raise InputError(
                    f"{path} is there already; add --overwrite or choose another --out"
                )
        with writing(self.mask.parent):
            probe(self.mask.parent)

    def write(self, image: Image, ids: Ids) -> None:
        """Write both, each complete or absent.

        Args:
            image: (H, W, 3) RGB, the frame. ids: (H, W).

        Raises:
            OvosError: one cannot be written.
        """
        write_mask(self.mask, ids, davis_palette())
        save_jpeg(self.preview, blend(image, ids, davis_palette()))


def read_earlier(path: Path, frame: Frame, reader: FrameReader) -> IndexedMask:
    """A mask of the frame that is corrected or added to.

    Args:
        path: a picture, or annotations of this frame or of more. frame: of `reader`.

    Raises:
        InputError: it cannot be read, holds no object, or is not of the frame's size.
    """
    mask = _annotated(path, frame, reader) if is_annotations(path) else read_first_mask(path)
    (height, width), (h, w) = frame.image.shape[:2], mask.ids.shape
    if (height, width) != (h, w):
        raise InputError(f"the mask {path} is {w}x{h}, but the frames are {width}x{height}")
    return mask


def _annotated(path: Path, frame: Frame, reader: FrameReader) -> IndexedMask:
    found = masks_of(open_annotations(path), reader, frame.index)
    mask = found.masks[frame.index]
    return IndexedMask(mask.ids, mask.palette, "; ".join(found.doubts))


def objects_in(
    size: tuple[int, int], answers: Answers, prompts: Mapping[int, Prompt], earlier: Ids | None
) -> Ids:
    """Ids of all objects of a frame: those that are said something of, and those of before.

    An object takes no pixels of others, unless they are connected with one of its points.

    Args:
        size: (H, W) of the frame.
        answers: of it.
        prompts: of each object, the first one first.
        earlier: (H, W), a mask that is corrected or added to.

    Returns:
        (H, W) uint8.

    Raises:
        InputError: a prompt cannot be meant of this frame, or nothing is found.
    """
    ids = np.zeros(size, np.uint8) if earlier is None else earlier.copy()
    for ident, prompt in prompts.items():
        known = ids == ident
        said = replace(prompt, earlier=known) if known.any() else prompt
        try:
            found = mask_from_prompt(answers, said, (ids > 0) & ~known)
        except InputError as error:
            raise InputError(f"object {ident}: {error}") from error
        ids[known] = 0
        ids[found] = ident
    if empty := [ident for ident in prompts if ident not in ids_in(ids)]:
        raise InputError(
            f"object {empty[0]}: nothing is found there that is not another object's; give it a "
            "--point, or a --box closer around it"
        )
    return ids
