"""A tracking function for CVAT: `cvat-cli function run-agent` runs it, CVAT's editor asks it.

It needs `pip install cvat-cli`; docs/formats.md has the two commands.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cvat_sdk import auto_annotation

from models.errors import InputError
from models.tracking.segmenter import PreparedFrame, Segmenter
from ovos_cli.formats import row_runs
from ovos_cli.formats.polygons import filled, rings
from ovos_cli.formats.row_runs import Mask, Size
from ovos_cli.formats.values import whole

MASK, POLYGON = "mask", "polygon"
_ONE = 1
"""The id of the object, of which each state follows one."""


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """An image of (H, W), with its features and proposals: for any number of shapes."""

    size: Size
    frame: PreparedFrame


@dataclass(slots=True)
class Track:
    """What is remembered of one shape. size: (H, W) of its images."""

    segmenter: Segmenter
    size: Size


class TrackingFunction:
    """Follows masks and polygons from image to image, as cvat-sdk's `TrackingFunction` asks."""

    def __init__(self, segmenter: Segmenter) -> None:
        """Track with the network of a segmenter, which itself stays as it is."""
        self._segmenter = segmenter

    @property
    def spec(self) -> Any:
        """Which shapes can be followed."""
        return auto_annotation.TrackingFunctionSpec(supported_shape_types=[MASK, POLYGON])

    def preprocess_image(self, context: Any, image: Any) -> PreparedImage:
        """Features and proposals of an image.

        Args:
            context: of the request; not used.
            image: Pillow's.
        """
        pixels = np.asarray(image.convert("RGB"))
        (frame,) = self._segmenter.sibling().prepare([pixels])
        return PreparedImage((pixels.shape[0], pixels.shape[1]), frame)

    def init_tracking_state(self, context: Any, pp_image: PreparedImage, shape: Any) -> Track:
        """Begin to follow a shape.

        Args:
            context: of the request; not used.
            pp_image: the image that the shape is on.
            shape: a `TrackableShape`.

        Raises:
            InputError: its points are no such shape, or no pixel of the image lies in it.
        """
        mask = _mask_of(shape.type, shape.points, pp_image.size)
        if not mask.any():
            raise InputError(f"the {shape.type} has no pixel within the image")
        track = Track(self._segmenter.sibling(), pp_image.size)
        track.segmenter.fit(*pp_image.size)
        track.segmenter.step(pp_image.frame, mask.astype(np.uint8) * np.uint8(_ONE))
        return track

    def track(self, context: Any, pp_image: PreparedImage, state: Track) -> Any:
        """Where the shape is in the next image.

        Args:
            context: says what kind of shape was begun with.
            pp_image: the next image, of the same size.
            state: of the shape; it goes on to this image.

        Returns:
            A `TrackableShape` of that kind; None where the object is not seen.

        Raises:
            InputError: the image is of another size.
        """
        if pp_image.size != state.size:
            (height, width), (h, w) = pp_image.size, state.size
            raise InputError(f"the image is {width}x{height}, and the shape's was {w}x{h}")
        mask = state.segmenter.step(pp_image.frame).ids == _ONE
        if not mask.any():
            return None
        kind = context.original_shape_type
        return auto_annotation.TrackableShape(type=kind, points=_points_of(kind, mask))


def create(
    model: str = "lite",
    weights: str | None = None,
    size: int = 480,
    device: str = "auto",
    precision: str = "auto",
) -> TrackingFunction:
    """Make the function with a model, as `cvat-cli … -p size=int:720` asks.

    Args:
        model, weights, size, device, precision: see `Segmenter.load`.

    Raises:
        InputError: see there.
    """
    path = None if weights is None else Path(weights)
    return TrackingFunction(
        Segmenter.load(model, path, size=size, device=device, precision=precision)
    )


def _mask_of(kind: str, points: list[float], size: Size) -> Mask:
    """(H, W) mask of a shape. Raises InputError."""
    try:
        if kind == MASK:
            numbers = [whole(value, "a number of the mask") for value in points]
            *runs, left, top, right, bottom = numbers
            return row_runs.decode(runs, (left, top, right - left + 1, bottom - top + 1), size)
        if kind == POLYGON:
            return filled([np.array(points, np.float64).reshape(-1, 2)], size)
    except ValueError as error:
        raise InputError(f"the {kind} cannot be used: {error}") from error
    raise InputError(f"shapes of the type '{kind}' are not followed; draw a mask or a polygon")


def _points_of(kind: str, mask: Mask) -> list[float]:
    """The points of a shape, of an (H, W) mask that is not empty."""
    if kind == POLYGON:
        return [*map(float, rings(mask)[0][0].ravel())]
    runs, (left, top, width, height) = row_runs.encode(mask)
    return [*map(float, (*runs, left, top, left + width - 1, top + height - 1))]
