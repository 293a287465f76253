"""Masks whose names tell of another frame than the one that they are taken for."""

from pathlib import Path
from unicodedata import normalize

from models.utils.names import number_at_end
from ovos_cli.media.frame import FrameReader


def misplaced(frame: int, file: Path, reader: FrameReader) -> str:
    """What is doubtful about a mask's place, for people; empty mostly.

    Args:
        frame: the index that it is taken for.
        file: of the mask.
        reader: of the source.
    """
    names = reader.names if reader.counted else None
    if names is None:
        meant = int(file.stem) if file.stem.isascii() and file.stem.isdigit() else frame
        if meant == frame or file.stem != f"{meant:05d}" or not reader.covers(file.stem):
            return ""
        return _named_like(meant, file.stem, frame, file)
    if frame >= len(names) or file.stem == names[frame]:
        return ""
    if file.stem in names:
        return _named_like(names.index(file.stem), file.stem, frame, file)
    if frame == reader.start:  # where a mask without a number belongs, whatever frames are called
        return ""
    numbers = [number_at_end(name) for name in names]
    if numbers[frame] == frame or frame not in numbers:
        return ""
    other = numbers.index(frame)
    return (
        f"the mask {file} is taken for frame {frame}, which is {names[frame]}: frames are counted "
        f"from 0, whatever their names say. {names[other]} is frame {other}; if the mask is of "
        f"that one, give --mask {other}={file}"
    )


def numbered_alike(frame: int, file: Path, reader: FrameReader) -> str:
    """What to say of a mask in a folder that has a frame's number, and else another name."""
    names = reader.names if reader.counted else None
    if names is None or normalize("NFC", names[frame]) == normalize("NFC", file.stem):
        return ""
    return (
        f"the mask {file} is named unlike the frames, and taken for the one that has its number: "
        f"{names[frame]}, frame {frame}"
    )


def _named_like(meant: int, name: str, frame: int, file: Path) -> str:
    return (
        f"the mask {file} is taken for frame {frame}, and named like frame {meant} ({name}); if it "
        f"is of that one, give --mask {meant}={file}"
    )
