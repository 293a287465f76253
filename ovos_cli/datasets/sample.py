"""The clip that comes with ovos, with truth drawn by hand in some of its frames."""

import os
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from PIL import Image

from models.errors import InputError, OvosError
from models.utils.clutter import without_clutter
from ovos_cli.datasets.folder import folder_sequence
from ovos_cli.datasets.layout import contents
from ovos_cli.datasets.sequence import Dataset
from ovos_cli.shared_files import shared_folder

NAME = "bunny"
_VIDEO, _FIRST, _TRUTH = f"{NAME}.mp4", f"{NAME}_objects.png", "truth"
_IMAGES, _MASKS = f"JPEGImages/480p/{NAME}", f"Annotations/480p/{NAME}"
_QUALITY = 95
_LAYOUT = b"1"
"""Changes with what `lay_out` writes, so that an older layout is not taken for it."""


def sample_root() -> Path:
    """The folder that comes with ovos. Raises OvosError where it was not installed."""
    return shared_folder("sample_videos", _TRUTH)


def sample(root: Path, split: str) -> Dataset:
    """Read the sample: one sequence, scored in the annotated frames after the first.

    Args:
        root: holds bunny.mp4, bunny_objects.png (the masks of frame 0) and truth/FRAME.png.
        split: `all` or `val`, which are the same.

    Raises:
        InputError: the root is not the sample, or there is no such split.
        OvosError: its frames cannot be kept.
    """
    if split not in {"all", "val"}:
        raise InputError(f"the sample is one video and has no split '{split}'; leave --split out")
    laid = lay_out(root)
    sequence = folder_sequence(NAME, laid / _IMAGES, laid / _MASKS)
    return Dataset("sample", split, root, (sequence,))


def lay_out(root: Path) -> Path:
    """Write the sample's frames and masks as DAVIS lays them out, once, below the user's cache.

    Frames become JPEGs, as those of DAVIS are, of 95 % quality with full colour.

    Raises:
        InputError: the root is not the sample. OvosError: the cache cannot be written.
    """
    masks = {path.name: path for path in without_clutter((root / _TRUTH).glob("*.png"))}
    lost = [name for name in (_VIDEO, _FIRST) if not (root / name).is_file()]
    if lost or not masks:
        found = contents(root) if root.is_dir() else "no folder of that name"
        raise InputError(
            f"--root {root} is not the sample: it should hold {_VIDEO}, {_FIRST} and "
            f"{_TRUTH}/FRAME.png; found: {found}. Leave --root out for the one that comes with ovos"
        )
    masks = {"00000.png": root / _FIRST} | masks
    files = [root / _VIDEO, *masks.values()]
    digest = sha256(_LAYOUT + b"".join(sha256(f.read_bytes()).digest() for f in files)).hexdigest()
    place = _cache() / f"sample-{digest[:16]}"
    if not place.is_dir():
        try:
            _write(place, root / _VIDEO, masks)
        except OSError as error:
            raise OvosError(
                f"the sample's frames cannot be kept in {place} ({error.strerror or error}); set "
                "XDG_CACHE_HOME to a folder that can be written, with 50 MB free"
            ) from error
    return place


def _write(place: Path, video: Path, masks: dict[str, Path]) -> None:
    """Write all of it elsewhere, then rename: whoever finds the folder finds it complete."""
    from ovos_cli.media.open_source import open_source  # scoring needs no video decoder

    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="unfinished-") as temporary:
        partial = Path(temporary) / place.name
        for folder in (_IMAGES, _MASKS, "ImageSets/2017"):
            (partial / folder).mkdir(parents=True)
        for index, frame in enumerate(open_source(video)):
            picture = Image.fromarray(frame.image)
            file = partial / _IMAGES / f"{index:05d}.jpg"
            picture.save(file, quality=_QUALITY, subsampling=0)
        for name, path in masks.items():
            shutil.copyfile(path, partial / _MASKS / name)
        for split in ("train", "val"):
            (partial / "ImageSets/2017" / f"{split}.txt").write_text(f"{NAME}\n")
        try:
            partial.rename(place)
        except OSError:
            if not place.is_dir():  # else another process was faster
                raise


def _cache() -> Path:
    """Where this user's programs keep what they can make again."""
    named = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(named) if named else Path.home() / ".cache") / "ovos"
    except RuntimeError as error:  # no HOME, and a user without an entry, as in containers
        raise OvosError(
            "the sample's frames cannot be kept, since no home folder is known; set HOME or "
            "XDG_CACHE_HOME to a folder that can be written"
        ) from error
