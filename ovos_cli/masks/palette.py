"""Palettes of indexed PNG masks: 256 colours as one flat list of 768 numbers."""

Palette = list[int]


def davis_palette() -> Palette:
    """The palette of DAVIS and Pascal VOC: each id's bits spread over the three channels."""
    colours = []
    for index in range(256):
        channels = [0, 0, 0]
        for bit in range(8):
            channels[bit % 3] |= ((index >> bit) & 1) << (7 - bit // 3)
        colours.extend(channels)
    return colours


def full_palette(colours: Palette | None) -> Palette:
    """Extend a picture's palette to 256 colours with DAVIS ones; None is all DAVIS."""
    default = davis_palette()
    given = list(colours or [])
    return given + default[len(given) :]
