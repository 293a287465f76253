"""Spoilt pictures as sources: frames, or a refusal with the file's name, in little time and memory.

`python -m tests.fuzz.pictures 10000` tries so many; the suite tries a few.
"""

import random
import time
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from PIL import Image

from models.errors import OvosError
from ovos_cli.media.open_source import open_source
from tests.fuzz import by_thousand
from tests.fuzz.by_thousand import WORDS

_MOST_SECONDS = 5.0
"""Of this process: others may keep the machine busy."""
_FRAMES = 4


def seeds() -> dict[str, bytes]:
    """One good file of each format, by name."""
    colours = np.full((48, 64, 4), (200, 60, 20, 255), np.uint8)
    colours[:20, :, 3] = 0
    layers = [Image.fromarray(np.roll(colours, 5 * i, 1)) for i in range(3)]
    plain = [layer.convert("RGB") for layer in layers]
    found = {}
    for name, kind in (("a.tif", "TIFF"), ("a.webp", "WEBP"), ("a.png", "PNG"), ("a.gif", "GIF")):
        file = BytesIO()
        timed = {} if kind == "TIFF" else {"duration": 40}
        layers[0].save(file, kind, save_all=True, append_images=layers[1:], **timed)
        found[name] = file.getvalue()
    for name, kind in (("p.png", "PNG"), ("p.tga", "TGA"), ("p.qoi", "QOI"), ("p.ico", "ICO")):
        file = BytesIO()
        layers[0].save(file, kind)
        found[name] = file.getvalue()
    for name, kind in (
        ("p.jpg", "JPEG"),
        ("p.jp2", "JPEG2000"),
        ("p.bmp", "BMP"),
        ("p.pcx", "PCX"),
    ):
        file = BytesIO()
        plain[0].save(file, kind)
        found[name] = file.getvalue()
    return found | {"p.exr": _film("exr", "gbrpf32le"), "p.dpx": _film("dpx", "gbrp10be")}


def _film(codec: str, kind: str) -> bytes:
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 48, kind
    encoder.time_base = Fraction(1, 24)
    frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8)).reformat(format=kind)
    return b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode()]))


def spoilt(good: bytes, chance: random.Random) -> bytes:
    """Change a file here and there, mostly in its header."""
    data = bytearray(good)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        place = chance.randrange(min(len(data), chance.choice((40, 400, len(data)))) or 1)
        match chance.randrange(6):
            case 0 | 1:
                data[place] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
            case 2:
                data[place : place + 4] = chance.choice(WORDS)
            case 3:
                del data[place : place + chance.randrange(1, 20)]
            case 4:
                data[place:place] = chance.randbytes(chance.randrange(1, 9))
            case 5:
                del data[place + 1 :]
        data = data or bytearray(b"x")
    return bytes(data)


def try_one(path: Path, _: random.Random) -> bool:
    """Read a source; whether it was taken. Raises AssertionError for all that is not right."""
    began, said = time.process_time(), path.name
    try:
        for count, frame in enumerate(open_source(path), 1):
            assert frame.image.dtype == np.uint8 and frame.image.ndim == 3
            if count == _FRAMES:
                break
        taken = True
    except OvosError as refusal:
        taken, said = False, str(refusal)
    assert path.name in said and "\n" not in said, said
    seconds = time.process_time() - began
    assert seconds < _MOST_SECONDS, f"{seconds:.1f} s"
    return taken


if __name__ == "__main__":
    good = seeds()
    by_thousand.run(list(good), lambda name, chance: spoilt(good[name], chance), try_one)
