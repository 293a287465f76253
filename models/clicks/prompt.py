"""What a person says of one object in one frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError

Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Click:
    """A pixel, x from the left and y from the top, that is the object's, or is not."""

    x: int
    y: int
    inside: bool = True


@dataclass(frozen=True, slots=True)
class Prompt:
    """All in pixels of the source.

    box: x0, y0, x1, y1 around the object, the last two outside of it. clicks: in the order in
    which they were made. proposal: number of the one that the object is. earlier: (H, W), a mask
    that clicks correct.
    """

    box: Box | None = None
    clicks: tuple[Click, ...] = ()
    proposal: int | None = None
    earlier: Mask | None = None

    def check(self, size: tuple[int, int], proposals: int) -> None:
        """See that it can be meant of a frame.

        Args:
            size: (H, W) of the frame. proposals: how many there are.

        Raises:
            InputError: it says nothing, a click or the box is outside, the box has no area, a
                pixel is clicked as inside and as outside, there is no such proposal, the earlier
                mask has another size.
        """
        height, width = size
        picture = f"the picture, which is {width}x{height}"
        inside = {(c.x, c.y) for c in self.clicks if c.inside}
        if self.box is not None:
            self._check_box(self.box, size)
        for c in self.clicks:
            if not (0 <= c.x < width and 0 <= c.y < height):
                raise InputError(
                    f"the point {c.x},{c.y} is outside of {picture}: x goes from 0 to {width - 1}, "
                    f"y from 0 to {height - 1}"
                )
            if not c.inside and (c.x, c.y) in inside:
                raise InputError(f"the point {c.x},{c.y} is given as inside and as outside")
        if self.proposal is not None and not 0 <= self.proposal < proposals:
            there = f"they go from 0 to {proposals - 1}" if proposals else "there are none"
            raise InputError(f"there is no proposal {self.proposal} in this frame; {there}")
        if self.earlier is not None and self.earlier.shape != size:
            found = f"{self.earlier.shape[1]}x{self.earlier.shape[0]}"
            raise InputError(f"the earlier mask is {found}, not of the size of {picture}")
        if self.box is None and self.proposal is None and self.earlier is None and not inside:
            raise InputError("nothing says where the object is: give a box or a point inside of it")

    def _check_box(self, box: Box, size: tuple[int, int]) -> None:
        (x0, y0, x1, y1), (height, width) = box, size
        shown = ",".join(map(str, box))
        if x1 <= x0 or y1 <= y0:
            raise InputError(
                f"the box {shown} has no area: it is left, top, right, bottom in pixels"
            )
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            raise InputError(
                f"the box {shown} reaches out of the picture, which is {width}x{height}"
            )
