"""Stills as the images of frames: of one size, with what is doubtful said once."""

from models.pictures.still import Still
from ovos_cli.media.frame import Image
from ovos_cli.media.one_size import OneSize


class StillImages:
    """Gives the image of each still of a source, one after the other."""

    def __init__(self, warnings: list[str]) -> None:
        """Begin a source; what the user should know of its stills is told in `warnings`."""
        self._warnings, self._one_size = warnings, OneSize(warnings)
        self._transparent = False

    def image(self, still: Still, index: int, name: str) -> Image:
        """(H, W, 3) RGB of the size of the first; `index` and `name` are for people.

        Raises:
            InputError: it is of another shape than the first.
        """
        if still.transparent and not self._transparent:
            self._transparent = True
            self._warnings.append(
                f"frame {index} ({name}) has transparent parts; in it, and in others like it, they "
                "count as black"
            )
        return self._one_size.fit(still.pixels, index, name)
