"""Stills as the images of frames: of one size, with what is doubtful said once."""

from models.pictures.still import Still
from ovos_cli.media.frame import Image
from ovos_cli.media.one_size import Size, check_shape, scaled


class StillImages:
    """Gives the images of a source's stills, in any order."""

    def __init__(self, size: Size, warnings: list[str]) -> None:
        """Begin a source.

        Args:
            size: that all images have.
            warnings: get what the user should know.
        """
        self._size, self._warnings = size, warnings
        self.transparent = self.scaled = self.dim = False

    def image(self, still: Still, index: int, name: str) -> Image:
        """(H, W, 3) RGB; `index` and `name` are for people.

        Raises:
            InputError: it is of another shape.
        """
        size = (still.pixels.shape[0], still.pixels.shape[1])
        check_shape(size, self._size, index, name)
        if still.transparent and not self.transparent:
            self.transparent = True
            self._warnings.append(
                f"frame {index} ({name}) has transparent parts; in it, and in others like it, they "
                "count as black"
            )
        if still.dim and not self.dim:
            self.dim = True
            self._warnings.append(
                f"frame {index} ({name}) has 16 bits, of which it uses twelve at most, and so is "
                "nearly black; if white is 4095 or less in it, save its frames with 8 bits or all "
                "16"
            )
        if size == self._size:
            return still.pixels
        if not self.scaled:
            self.scaled = True
            self._warnings.append(
                f"frame {index} ({name}) is {size[1]}x{size[0]} and was scaled to "
                f"{self._size[1]}x{self._size[0]}, as all of another size than the first; so are "
                "their masks"
            )
        return scaled(still.pixels, self._size)
