"""How large a picture is the right way up, as cameras note it in EXIF data."""

from PIL import Image

_NOTES = ("exif", "Raw profile type exif", "XML:com.adobe.xmp")
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """(height, width) of an opened picture, from its header, turned as EXIF says."""
    if picture.format == "TIFF":  # Pillow has turned its size already
        return picture.height, picture.width
    # Without a note in its header, a PNG would be decoded in search of one.
    noted = picture.format != "PNG" or any(note in picture.info for note in _NOTES)
    turned = noted and picture.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    return (picture.width, picture.height) if turned else (picture.height, picture.width)
