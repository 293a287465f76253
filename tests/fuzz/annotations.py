"""Files of annotations in every format, right ones, nearly right ones and damaged ones."""

import io
import json
import tempfile
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from models.errors import OvosError
from ovos_cli.formats.opening import open_annotations
from ovos_cli.masks.annotated_masks import masks_of
from tests.formats.shots import FRAMES, export
from tests.fuzz.strategies import damaged, nearly
from tests.shot.frames import StillFrames

_FORMATS = (
    "coco",
    "coco-results",
    "ytvis",
    "ytvis-results",
    "label-studio",
    "labelme",
    "cvat-images",
    "cvat-video",
)
_FORMATS += ("mots", "yolo-seg")
_LONGEST = 24
"""Numbers of a list that are kept: of more, hardly any would be changed."""


@cache
def seeds() -> dict[str, bytes]:
    """Right files, by name."""
    found = dict[str, bytes]()
    with tempfile.TemporaryDirectory() as folder:
        for name in _FORMATS:
            place = export(Path(folder), name)
            files = (
                [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
            )
            for file in files:
                found.setdefault(f"{name}{file.suffix}", file.read_bytes())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("annotations/instances_default.json", found["coco.json"])
    return found | {"coco.zip": packed.getvalue()}


def inputs() -> st.SearchStrategy[tuple[str, bytes]]:
    """A file's name and content."""
    kinds = [st.tuples(st.just(name), damaged(content)) for name, content in seeds().items()]
    kinds += [
        st.tuples(st.just(name), nearly(_short(json.loads(content))).map(_packed))
        for name, content in seeds().items()
        if name.endswith(".json")
    ]
    return st.one_of(kinds)


def read(folder: Path, held: tuple[str, bytes]) -> None:
    """What is read has the frames' size and ids; all else is refused."""
    name, content = held
    (path := folder / name).write_bytes(content)
    reader: Any = StillFrames(FRAMES)
    with suppress(OvosError):
        for index, mask in masks_of(open_annotations(path), reader).masks.items():
            assert 0 <= index < FRAMES
            assert mask.ids.any() and mask.ids.max() < 255 and mask.ids.ndim == 2


def _packed(value: Any) -> bytes:
    return json.dumps(value).encode()


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    if isinstance(value, list):
        plain = all(isinstance(one, int | float) for one in value)
        return value if plain and len(value) > _LONGEST else [*map(_short, value)][:_LONGEST]
    return value
