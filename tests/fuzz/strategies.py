"""What strangers' files may hold: pictures of all kinds, JSON of nearly the right form, damage."""

import io
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

_MODES = ("1", "L", "P", "RGB", "RGBA", "LA", "I;16", "I", "F", "CMYK")
_FORMATS = ("PNG", "TIFF", "GIF", "BMP", "JPEG", "WEBP")
_ORIENTATION = 0x0112

sides = st.integers(1, 12)
numbers = (
    st.integers(-3, 300)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from([2**31, 2**63, -(2**63), 10**20, 1e308])
)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
names = st.sampled_from(["00000", "1", "../x", "a b", "/etc/x", "a\0b", "C:x", "²", "-5", ""]) | (
    st.text(max_size=6)
)


@st.composite
def blocks(draw: st.DrawFn, dtype: type[np.generic], elements: st.SearchStrategy[Any]) -> Any:
    """(H, W) values in a few blocks, with strays, as masks have them."""
    height, width = draw(sides), draw(sides)
    palette = draw(st.lists(elements, min_size=1, max_size=4))
    places = draw(npst.arrays(np.uint8, (height, width), elements=st.integers(0, len(palette) - 1)))
    scale = draw(st.integers(1, 4))
    return np.array(palette, dtype)[places].repeat(scale, 0).repeat(scale, 1)


@st.composite
def pictures(draw: st.DrawFn) -> Image.Image:
    """A picture of any mode, with few values or all."""
    mode = draw(st.sampled_from(_MODES))
    if mode == "F":
        floats = st.sampled_from([0.0, 0.5, 1.0, 2.0, 255.0, float("nan"), float("-inf"), 1e30])
        return Image.fromarray(draw(blocks(np.float32, floats | st.floats(width=32))))
    if mode.startswith("I"):
        dtype, top = (np.uint16, 2**16 - 1) if mode == "I;16" else (np.int32, 2**31 - 1)
        least = 0 if mode == "I;16" else -top
        deep = st.sampled_from([0, 1, 255, 256, top]) | st.integers(least, top)
        return Image.fromarray(draw(blocks(dtype, deep)))
    bytes_ = st.sampled_from([0, 1, 2, 128, 254, 255]) | st.integers(0, 255)
    first = draw(blocks(np.uint8, bytes_))
    if mode == "1":
        return Image.fromarray(first).convert("1")
    bands = {"L": 1, "P": 1, "LA": 2, "RGB": 3}.get(mode, 4)
    rest = [draw(npst.arrays(np.uint8, first.shape, elements=bytes_)) for _ in range(bands - 1)]
    interleaved = np.stack([first, *rest], axis=2).tobytes()
    picture = Image.frombytes(mode, first.shape[::-1], interleaved)
    if mode == "P":
        picture.putpalette(draw(st.binary(min_size=3, max_size=768).map(_whole_colours)))
    return picture


def _whole_colours(colours: bytes) -> list[int]:
    return list(colours[: len(colours) // 3 * 3])


@st.composite
def picture_files(draw: st.DrawFn) -> bytes:
    """A picture's file, with notes and further pages; perhaps damaged."""
    picture, file = draw(pictures()), io.BytesIO()
    options: dict[str, Any] = {}
    if draw(st.booleans()):
        notes = Image.Exif()
        notes[_ORIENTATION] = draw(st.integers(0, 9))
        options["exif"] = notes
    if draw(st.integers(0, 5)) == 0:
        options |= {"save_all": True, "append_images": [draw(pictures())]}
    if picture.mode in {"P", "L"} and draw(st.booleans()):
        options["transparency"] = draw(st.integers(0, 255))
    try:
        picture.save(file, format=draw(st.sampled_from(_FORMATS)), **options)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        file = io.BytesIO()
        picture.save(file, format="TIFF")
    return draw(damaged(file.getvalue())) if draw(st.booleans()) else file.getvalue()


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Content with some bytes changed, left out or doubled."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(changed) - 1, 0)))
        length = draw(st.integers(1, 16))
        match draw(st.sampled_from(["change", "cut", "out", "double"])):
            case "change":
                changed[at : at + length] = draw(st.binary(min_size=length, max_size=length))
            case "cut":
                del changed[at:]
            case "out":
                del changed[at : at + length]
            case _:
                changed[at:at] = changed[at : at + length]
    return bytes(changed)


@st.composite
def nearly(draw: st.DrawFn, right: Any) -> Any:
    """JSON values of the right form, of which some are others or lack."""
    if draw(st.integers(0, 12)) == 0:
        return draw(values)
    if isinstance(right, dict):
        kept = [key for key in right if draw(st.integers(0, 20))]
        return {key: draw(nearly(right[key])) for key in kept}
    if isinstance(right, list):
        return [draw(nearly(one)) for one in right]
    if isinstance(right, str):
        return draw(st.just(right) | names) if draw(st.integers(0, 5)) == 0 else right
    return draw(numbers) if draw(st.integers(0, 8)) == 0 else right
