"""Masks with transparency: what is transparent is background, whatever colour it hides."""

from pathlib import Path

import numpy as np
from PIL import Image

from models.errors import InputError
from models.pictures.deep_pixels import is_deep
from models.pictures.mask_values import Values

_PAINTS = 64
"""So many colours may be painted, one for each object; a cut-out of a picture has more."""


def uncovered(picture: Image.Image) -> Image.Image:
    """The picture, in which transparency of any kind is alpha: mode L, RGB, LA, RGBA or 1."""
    if picture.mode in {"1", "L", "RGB"} and "transparency" not in picture.info:
        return picture
    if picture.mode in {"1", "L", "LA", "La"}:
        return picture.convert("LA")
    alpha = picture.has_transparency_data
    return picture.convert("RGBA" if alpha else "RGB")


def alpha_of(path: Path, picture: Image.Image) -> Values | None:
    """(H, W) alpha of a picture that is transparent somewhere; None where it is opaque.

    Raises:
        InputError: every pixel is transparent, and hides a picture.
    """
    if not picture.has_transparency_data or is_deep(picture.mode):
        return None
    shown = uncovered(picture)
    alpha = np.array(shown.getchannel("A"))
    if not alpha.any():
        *colours, _ = shown.split()
        if any(len({*channel.getextrema()}) > 1 for channel in colours):
            raise InputError(
                f"every pixel of {path} is transparent, and so is background; if its colours are "
                "meant, save it without alpha"
            )
        return alpha
    return alpha if alpha.min() < alpha.max() else None


def visible(path: Path, picture: Image.Image) -> Image.Image:
    """Grey or RGB, in which what is transparent is black.

    Raises:
        InputError: see `alpha_of`; or edges are transparent in part.
    """
    alpha = alpha_of(path, picture)
    shown = uncovered(picture)
    shown = shown.convert("L" if shown.mode in {"1", "L", "LA"} else "RGB")
    if alpha is None:
        return shown
    if ((alpha > alpha.min()) & (alpha < alpha.max())).any():
        raise InputError(
            f"{path} has soft, antialiased edges in its alpha; save it without antialiasing, as an "
            "indexed PNG with one index (1 to 254) for each object. For one object, segment takes "
            "--mask-threshold 128: what is half opaque or more"
        )
    opaque = Image.fromarray((alpha == max(alpha.max(), 1)) * np.uint8(255))
    return Image.composite(shown, Image.new(shown.mode, shown.size), opaque)


def layers(path: Path, picture: Image.Image) -> Image.Image:
    """What a mask with transparency shows: objects in their colours, L or RGB, or one in white.

    One colour under alpha is a matte, as graphics programs write it, and so is a cut-out, in as
    many colours as pictures have: alpha is the mask then. Else what is transparent is black.

    Raises:
        InputError: see `visible`.
    """
    alpha = alpha_of(path, picture)
    if alpha is None:
        return visible(path, picture)
    pixels = np.asarray(uncovered(picture).convert("RGB"))
    painted = Image.fromarray(pixels[(alpha > 0) | (alpha.max() == 0)][None]).getcolors(_PAINTS)
    several = painted is not None and len(painted) > 1
    return visible(path, picture) if several else Image.fromarray(alpha)


def hidden_by_index(path: Path, picture: Image.Image, used: list[int]) -> list[int]:
    """Indices above 0, of those used, that are transparent in a picture of mode P.

    255 is void, transparent or not.

    Raises:
        InputError: there are some, and the index 0 has a colour: which is background?
    """
    noted = picture.info.get("transparency")
    if isinstance(noted, bytes):
        clear = {index for index, alpha in enumerate(noted) if alpha == 0}
    else:
        clear = set() if noted is None else {noted}
    hidden = sorted(clear & set(used) - {0, 255})
    coloured = 0 in used and 0 not in clear and any((picture.getpalette("RGB") or [0])[:3])
    if hidden and coloured:
        raise InputError(
            f"the index {hidden[0]} of {path} is transparent, as background is, but background has "
            "the index 0, which has a colour here; save it with 0 for background"
        )
    return hidden
