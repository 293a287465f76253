"""YouTube-VOS 2018 and 2019: objects begin at any frame, by `meta.json`."""

from pathlib import Path
from typing import Any

from models.errors import InputError
from models.utils.names import plain_name
from models.utils.split_lists import read_list
from models.utils.text_file import read_json
from ovos_cli.datasets.layout import (
    contents,
    known_names,
    pictures,
    require_folders,
    split_file,
)
from ovos_cli.datasets.sequence import Dataset, Protocol, Sequence, Submission

_FOLDER = {"val": "valid"}
_FOLDERS = ("train", "valid", "test")


def youtube(root: Path, year: str, split: str) -> Dataset:
    """Read one split of a YouTube-VOS root.

    Args:
        root: holds train/, valid/ or test/ (each with JPEGImages, Annotations and meta.json),
            and perhaps valid_all_frames/; or is such a split itself.
        year: 2018 or 2019, a name only.
        split: train, val or test; or a text file of names, of the validation split.

    Raises:
        InputError: the root, the split, a sequence or a first annotation is not there.
    """
    listing = split_file(split)
    folder = "valid" if listing else _FOLDER.get(split, split)
    base = root / folder
    if not base.is_dir() and (root / "meta.json").is_file():
        own = root.resolve().name
        if not listing and folder != own and (own in _FOLDERS or folder not in _FOLDERS):
            raise InputError(
                f"--root {root} is one split itself, and not '{split}'; give the folder above it, "
                "or another --split (train, val, test, or a text file of names)"
            )
        base = root
    what = f"a YouTube-VOS root with a split '{folder}'"
    if not base.is_dir():
        require_folders(root, (folder,), what)
    require_folders(base, ("Annotations",), what)
    videos = _meta(base / "meta.json")
    names = sorted(videos)
    if listing:
        names = known_names(read_list(listing), names, f"the split file {listing}", base)
    all_frames = base.parent / f"{base.name}_all_frames" / "JPEGImages"
    sequences = tuple(_sequence(base, all_frames, n, videos[n]["objects"]) for n in names)
    hidden = not any(s.has_truth for s in sequences)
    return Dataset(
        f"ytvos{year[2:]}",
        split,
        root,
        sequences,
        Submission.YOUTUBE if hidden else None,
        _seen(base.parent / "train" / "meta.json"),
        # The server takes whole splits, and one's own list is none.
        whole=len(videos) if hidden and len(names) < len(videos) else None,
        listed=listing is not None,
    )


def _meta(path: Path) -> dict[str, Any]:
    try:
        videos = read_json(path)["videos"]
        if not videos or not all(video["objects"] for video in videos.values()):
            raise ValueError("no video, or one without objects")
        for name, video in videos.items():
            plain_name(name, path)
            for ident, entry in video["objects"].items():
                _check_object(ident, entry)
    except (InputError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is missing or not YouTube-VOS's: expected videos / NAME / objects / ID / "
            f"frames; {path.parent} holds {contents(path.parent)} ({error})"
        ) from error
    return videos


def _check_object(ident: str, entry: dict[str, Any]) -> None:
    frames, category = entry["frames"], entry.get("category", "")
    if not 1 <= int(ident) <= 254:
        raise ValueError(f"the id {ident} is none from 1 to 254")
    if not (isinstance(frames, list) and frames):
        raise TypeError(f"frames of object {ident} are no list of names")
    for frame in frames:
        plain_name(frame, f"object {ident}")
    if not isinstance(category, str):
        raise TypeError(f"the category of object {ident} is no word")


def _seen(train: Path) -> frozenset[str] | None:
    """Categories of the training split, which the benchmark calls seen; None if unknown."""
    if not train.is_file():
        return None
    objects = [o for v in _meta(train).values() for o in v["objects"].values()]
    found = frozenset(o["category"] for o in objects if "category" in o)
    return found or None


def _sequence(base: Path, all_frames: Path, name: str, objects: dict[str, Any]) -> Sequence:
    listed = pictures(base / "JPEGImages" / name)
    images = pictures(all_frames / name) or listed
    annotations = pictures(base / "Annotations" / name)
    begins: dict[str, list[int]] = {}
    for ident, entry in objects.items():
        begins.setdefault(entry["frames"][0], []).append(int(ident))
    missing = sorted(f for f in begins if f not in annotations)
    if missing:
        raise InputError(
            f"sequence {name}: the first annotation of object "
            f"{', '.join(str(i) for i in begins[missing[0]])} is missing, "
            f"{base / 'Annotations' / name / missing[0]}.png"
        )
    starts = {f: tuple(sorted(begins[f])) for f in sorted(begins)}
    named = sorted({f for entry in objects.values() for f in entry["frames"]})
    # What comes before the first annotation is nobody's to segment.
    frames = tuple(f for f in (images or annotations) if f >= min(starts))
    return Sequence(
        name,
        frames,
        images,
        annotations,
        dict(starts),
        Protocol.LATER,
        wanted=tuple(f for f in named if f >= min(starts)),
        categories={int(i): o["category"] for i, o in objects.items() if "category" in o},
    )
