"""Which files of a folder are frames, and in which order."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from PIL import Image as Picture

from models.errors import InputError
from models.pictures.extra_formats import FILM, HEIF, JPEG_XL, UNREAD, conversion
from ovos_cli.masks.preview import preview_of
from ovos_cli.media.frame_names import natural_key, odd_names

_SAME = {".jpeg": ".jpg", ".jpe": ".jpg", ".jfif": ".jpg", ".tiff": ".tif", ".heif": ".heic"}


def picture_suffixes() -> set[str]:
    """Suffixes of the pictures that can be read, in lower case with the dot."""
    Picture.init()
    # Others Pillow only writes, or recognises.
    readable = set(Picture.OPEN) - {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "PSD", "WMF"}
    known = {e for e, kind in Picture.registered_extensions().items() if kind in readable}
    return known | FILM | HEIF | JPEG_XL


def frame_files(folder: Path, apart: Collection[Path] = ()) -> tuple[list[Path], list[str]]:
    """List the frames of a folder in natural order.

    Hidden files, what file managers leave there, and files of other kinds than pictures are
    passed over.

    Args:
        folder: of images of one kind.
        apart: files that are something else, a mask for example, wherever they lie; the pictures
            that `ovos mask` puts beside them are none either.

    Returns:
        The files, and what is doubtful about them, for people.

    Raises:
        InputError: no image there, several kinds, one that cannot be read, an empty file, or two
            of one name.
    """
    visible = [f for f in folder.iterdir() if not f.name.startswith(".") and not f.is_dir()]
    lost = [f for f in visible if not f.exists() and f.suffix.lower() in picture_suffixes()]
    if lost:
        raise InputError(f"{lost[0]} links to a file that is not there; mend or remove it")
    others = {_identity(f) for f in apart if f.exists()}
    named = [f for f in visible if f.exists() and _identity(f) in others]
    beside = {preview_of(f) for f in named}
    pictures = sorted((f for f in visible if f not in named and f not in beside), key=_place)
    known = picture_suffixes()
    files = [f for f in pictures if f.suffix.lower() in known]
    _check_kinds(folder, files, [f for f in pictures if f.suffix.lower() in UNREAD])
    for file in files:
        if file.stat().st_size == 0:
            raise InputError(f"{file} is empty (0 bytes); copy it anew or remove it")
    stem, count = Counter(f.stem for f in files).most_common(1)[0]
    if count > 1:
        raise InputError(f"two images in {folder} are called '{stem}'; their masks would collide")
    named = sorted((f for f in named if f.suffix.lower() in known), key=_place)
    return files, _no_frames(named, len(files)) + odd_names(files)


def _place(file: Path) -> tuple[list[tuple[int, int, str]], str]:
    return natural_key(file.name), file.name  # 1 and 01 have one key


def _identity(file: Path) -> tuple[int, int]:
    """What one file has under all its names."""
    found = file.stat()
    return found.st_dev, found.st_ino


def _no_frames(named: list[Path], others: int) -> list[str]:
    """Frames after these are counted without them, which a person may not expect."""
    if not named:
        return []
    where = f"of the folder {named[0].parent}"
    if len(named) == 1:
        return [
            f"{named[0].name} {where} is given as a mask and is no frame: the {others} others are "
            "counted without it"
        ]
    return [
        f"{named[0].name} and {len(named) - 1} more {where} are given as masks and are no frames: "
        f"the {others} others are counted without them"
    ]


def _check_kinds(folder: Path, files: list[Path], unread: list[Path]) -> None:
    """Frames are of one kind, and of one that can be read: what else is there was not meant."""
    if unread:
        suffix = unread[0].suffix
        raise InputError(
            f"the folder {folder} holds {len(unread)} {suffix}, which cannot be read here; "
            f"{conversion(suffix)}"
        )
    if not files:
        raise InputError(f"the folder {folder} holds no image that could be a frame")
    kinds = Counter(_SAME.get(f.suffix.lower(), f.suffix.lower()) for f in files)
    if len(kinds) > 1:
        listed = ", ".join(f"{count} {suffix}" for suffix, count in kinds.most_common())
        raise InputError(
            f"the folder {folder} holds images of several kinds ({listed}), and frames are of one; "
            "move the others away"
        )
