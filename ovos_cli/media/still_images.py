"""Stills as the images of frames: of one size, with what is doubtful said once."""

from models.pictures.still import Still
from ovos_cli.media.frame import Image
from ovos_cli.media.one_size import OneSize

_TRANSPARENT = "has transparent parts"


class StillImages:
    """Gives the image of each still of a source, one after the other."""

    def __init__(self, warnings: list[str], size: tuple[int, int] | None = None) -> None:
        """Begin to read; what the user should know of the stills is told in `warnings`.

        Args:
            size: (height, width) of the source's first frame, where reading begins elsewhere.
        """
        self._warnings, self._one_size = warnings, OneSize(warnings, size)
        self._transparent = any(_TRANSPARENT in warning for warning in warnings)

    def image(self, still: Still, index: int, name: str) -> Image:
        """(H, W, 3) RGB of the size of the first; `index` and `name` are for people.

        Raises:
            InputError: it is of another shape than the first.
        """
        if still.transparent and not self._transparent:
            self._transparent = True
            self._warnings.append(
                f"frame {index} ({name}) {_TRANSPARENT}; in it, and in others like it, they "
                "count as black"
            )
        return self._one_size.fit(still.pixels, index, name)
