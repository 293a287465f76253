"""A look at the data before the first step: what is there, and what is broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.training.data.catalog import DataSet
from models.training.data.coco import CocoImage
from models.training.data.pairs import IGNORE, AnnotatedImage, Array, Pair
from models.training.data.pictures import size_of


@dataclass
class Survey:
    """What was found in one data set.

    broken: one sentence for each pair that cannot be used. hollow: names of
    images whose masks hold no object. ignored: of images of which more is ignored than is object.
    alone: images without a mask, and masks without an image; neither is used.
    """

    name: str
    images: int = 0
    videos: int = 0
    broken: list[str] = field(default_factory=list)
    hollow: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    alone: tuple[int, int] = (0, 0)


def survey(data: DataSet, *, decode: bool, tick: Callable[[], None] = lambda: None) -> Survey:
    """Look at every pair of a data set.

    Args:
        decode: read every pixel and note masks without an object, and those with more void;
            else compare the headers only, which takes a millisecond a pair.
        tick: called after every pair.
    """
    found = Survey(data.name, videos=len(data.videos), alone=data.alone)
    for pair in _pairs(data):
        found.images += 1
        try:
            if decode:
                path, mask = pair.image_path, _decoded(pair)
                name = f"{path.parent.name}/{path.name}" if data.videos else path.name
                objects, ignored = (
                    np.count_nonzero(_objects(mask)),
                    np.count_nonzero(mask == IGNORE),
                )
                if not objects:
                    found.hollow.append(name)
                elif ignored > objects:
                    found.ignored.append(name)
            else:
                _headers(pair)
        except InputError as error:
            found.broken.append(str(error))
        tick()
    return found


def holds_objects(data: DataSet) -> bool:
    """Whether any mask holds an object; decodes masks until one does.

    Raises:
        InputError: not one of them can be read.
    """
    first, read = None, False
    for pair in _pairs(data):
        try:
            if _objects(pair.mask()).any():
                return True
            read = True
        except InputError as error:
            first = first or error
    if first is not None and not read:
        raise first
    return False


def _pairs(data: DataSet) -> Iterator[AnnotatedImage]:
    yield from data.images
    for video in data.videos:
        yield from video.frames


def _headers(pair: AnnotatedImage) -> None:
    size = size_of(pair.image_path)
    if isinstance(pair, Pair):
        _same(pair, size, size_of(pair.mask_path))
    elif isinstance(pair, CocoImage):
        _same(pair, size, pair.size[::-1])


def _decoded(pair: AnnotatedImage) -> Array:
    """The mask, which fits its image."""
    image, mask = pair.image(), pair.mask()
    _same(pair, image.shape[1::-1], mask.shape[::-1])
    return mask


def _objects(mask: Array) -> NDArray[np.bool_]:
    return (mask != 0) & (mask != IGNORE)


def _same(pair: AnnotatedImage, image: tuple[int, ...], mask: tuple[int, ...]) -> None:
    if tuple(image) != tuple(mask):
        theirs = "the size in its JSON" if isinstance(pair, CocoImage) else "its mask"
        raise InputError(
            f"{pair.image_path} is {image[0]}x{image[1]} but {theirs} is {mask[0]}x{mask[1]}"
        )
