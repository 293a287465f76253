"""The pictures of a file that holds several, and which of them are frames."""

from PIL import Image

_NEW_SUBFILE_TYPE, _REDUCED, _MATTE = 254, 1, 4
"""TIFF's note that a page is a smaller version of another, or its matte."""


def frame_pages(picture: Image.Image) -> list[int]:
    """Which pictures of an opened file are frames, in their order; one of most files.

    Previews, gain maps and mattes that lie beside a picture are none, nor is what an animated PNG
    shows to programs that cannot play it. The file stands at its first picture before and after.
    """
    count = getattr(picture, "n_frames", 1)
    if count == 1 or picture.format == "MPO":
        return [0]
    if picture.format == "TIFF":
        whole = [page for page in range(count) if not _is_beside(picture, page)]
        picture.seek(0)
        return whole or [0]
    return list(range(bool(picture.info.get("default_image")), count))


def _is_beside(picture: Image.Image, page: int) -> bool:
    picture.seek(page)
    tags = picture.tag_v2  # type: ignore[attr-defined]  # a TIFF has them
    return bool(tags.get(_NEW_SUBFILE_TYPE, 0) & (_REDUCED | _MATTE))
