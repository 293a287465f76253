"""Each reader, and what must hold of whatever it is given."""

import json
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from models.config import ModelConfig
from models.errors import OvosError
from models.pictures.mask_values import VOID
from models.sources.files import FileProposals
from models.sources.names import SourceName
from models.training.data.coco import coco_images
from models.training.data.pictures import read_image, read_mask, size_of
from models.training.recipe import read_recipe
from models.utils.split_lists import read_list
from ovos_cli.batch.list_file import read_list_file
from ovos_cli.batch.rows import rows_of
from ovos_cli.datasets.annotation import header, read_ids
from ovos_cli.datasets.youtube import youtube
from ovos_cli.evaluation.files import read_results
from ovos_cli.masks.colours import parse_colours
from ovos_cli.masks.keyframes import mask_arguments, read_keyframe_mask
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions
from tests.conftest import ROOT, write_indexed
from tests.fuzz import annotations
from tests.fuzz.strategies import blocks, damaged, names, nearly, picture_files, values

_SECONDS = 5
"""What one input may take of this process: others may keep the machine busy."""
_CONFIG = ModelConfig(name="fuzz")


@dataclass(frozen=True)
class Target:
    """inputs: of the check. check: reads an input, in a folder that is its own."""

    inputs: st.SearchStrategy[Any]
    check: Callable[[Path, Any], None]

    def run(self, count: int, *, repeatable: bool = True) -> None:
        """Check so many inputs; raises what the first one raised that is no deliberate error."""

        @settings(
            max_examples=count,
            deadline=None,
            derandomize=repeatable,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(self.inputs)
        def checked(given_input: Any) -> None:
            began = time.process_time()
            with tempfile.TemporaryDirectory(prefix="ovos-fuzz-") as folder:
                self.check(Path(folder), given_input)
            assert time.process_time() - began < _SECONDS

        checked()


def _pictures(folder: Path, content: bytes) -> None:
    (file := folder / "mask.png").write_bytes(content)
    size = None
    with suppress(OvosError):
        size = header(file).size
    readers: list[Callable[[Path], Any]] = [
        lambda path: read_keyframe_mask(path).ids,
        lambda path: read_keyframe_mask(path, threshold=128).ids,
        lambda path: read_keyframe_mask(path, {(255, 0, 0): 3}).ids,
        read_ids,
        read_mask,
        lambda path: read_image(path)[..., 0],
    ]
    for read in readers:
        with suppress(OvosError):
            ids = read(file)
            assert ids.dtype == np.uint8
            assert ids.shape == size
    with suppress(OvosError):
        size_of(file)


def _indices(folder: Path, ids: np.ndarray) -> None:
    """Ids that are read are those that were written."""
    path = write_indexed(folder / "mask.png", ids)
    np.testing.assert_array_equal(read_ids(path, white=False), np.where(ids == VOID, 0, ids))
    with suppress(OvosError):
        mask = read_keyframe_mask(path)
        if not mask.white:
            np.testing.assert_array_equal(mask.ids, np.where(ids == VOID, 0, ids))
            np.testing.assert_array_equal(mask.void, ids == VOID)
    with suppress(OvosError):
        trained = read_mask(path)
        if (ids != VOID).all():
            np.testing.assert_array_equal(trained, ids)


def _options(folder: Path, texts: list[str]) -> None:
    for parse in (parse_colours, SourceName.parse):
        for text in texts:
            with suppress(OvosError):
                parse(text)
    with suppress(OvosError):
        mask_arguments([str(folder / "x") if t == "" else t for t in texts], 0)


def _propose(folder: Path) -> None:
    with suppress(OvosError):
        source = FileProposals(folder, _CONFIG)
        with suppress(OvosError):
            source.check(["00000"], ["00000", "00001"], (6, 8))
        for name in [*source.store.names(), "00000"]:
            with suppress(OvosError):
                stored = source.store.read(name)
                assert len(stored.boxes) == len(stored.masks) == len(stored.scores)


def _coco_results(folder: Path, held: tuple[Any, Any]) -> None:
    entries, images = held
    (folder / "mine.json").write_text(json.dumps(entries))
    if images is not None:
        (folder / "images.json").write_text(json.dumps(images))
    _propose(folder)


def _arrays(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    np.savez_compressed(folder / "00000.npz", **arrays)
    _propose(folder)


def _damaged_arrays(folder: Path, content: bytes) -> None:
    (folder / "00000.npz").write_bytes(content)
    _propose(folder)


def _npz() -> bytes:
    with tempfile.TemporaryFile() as file:
        ones = np.ones((2, 4, 4), np.float16)
        box = np.array([[0, 0, 4, 4]] * 2, np.float32)
        np.savez_compressed(file, boxes=box, masks=ones, scores=np.ones(2), size=np.array([6, 8]))
        file.seek(0)
        return file.read()


def _annotations(folder: Path, content: Any) -> None:
    (folder / "instances.json").write_text(json.dumps(content))
    with suppress(OvosError):
        for image in coco_images(folder, folder / "instances.json"):
            with suppress(OvosError):
                assert image.mask().shape == image.size


def _meta(folder: Path, content: Any) -> None:
    (folder / "valid/Annotations/a").mkdir(parents=True)
    write_indexed(folder / "valid/Annotations/a/00000.png", np.eye(6, dtype=np.uint8))
    (folder / "valid/meta.json").write_text(json.dumps(content))
    with suppress(OvosError):
        for sequence in youtube(folder, "2019", "val").sequences:
            assert (folder / sequence.name).resolve().parent == folder.resolve()
            for frame in sequence.wanted:
                assert (folder / f"{frame}.png").resolve().parent == folder.resolve()


def _texts(folder: Path, content: bytes) -> None:
    (file := folder / "x.txt").write_bytes(content)
    for read in (read_list, read_recipe, read_results):
        with suppress(OvosError):
            read(file)


def _recipe(folder: Path, held: tuple[bytes, list[str]]) -> None:
    (file := folder / "x.toml").write_bytes(held[0])
    with suppress(OvosError):
        read_recipe(file, held[1])


def _shots(folder: Path, held: tuple[bytes, str]) -> None:
    content, name = held
    for file in ("a.mkv", "m.png"):
        (folder / file).touch()
    (folder / name).write_bytes(content)
    with suppress(OvosError):
        common = (OutputOptions(), ModelOptions(), MemoryOptions())
        for row in rows_of(folder / name, read_list_file(folder / name), common):
            assert row.source.place == folder / "a.mkv"


_CSV = b'video,mask,out,end,drop,overlay\na.mkv,m.png,x,3,1@2-4,no\na.mkv,"0=m.png",y,,,yes\n'
_TOML = b'size = 96\n[[shot]]\nvideo = "a.mkv"\nmask = ["m.png"]\nend = 3\ncuts = false\n'
_RLE = {"size": [6, 8], "counts": [13, 3, 3, 1, 1, 1, 3, 3, 3, 3, 14]}
_COMPRESSED = {"size": [6, 8], "counts": '"=33NN02200;"'.strip('"')}
_RESULTS = [
    {"image_id": 0, "score": 0.5, "segmentation": _RLE},
    {"image_id": "00001", "score": 0.5, "segmentation": _COMPRESSED},
]
_IMAGES = {"images": [{"id": 0, "file_name": "00000.png", "height": 6, "width": 8}]}
_INSTANCES = {
    "images": [{"id": 1, "file_name": "1.jpg", "height": 6, "width": 8}],
    "annotations": [
        {"image_id": 1, "id": 1, "area": 3, "bbox": [1, 1, 3, 3], "segmentation": segmentation}
        for segmentation in ([[1, 1, 5, 1, 5, 5]], _RLE, _COMPRESSED, None)
    ],
}
_META = {"videos": {"a": {"objects": {"1": {"category": "dog", "frames": ["00000", "00005"]}}}}}
_DEMO = (ROOT / "recipes/demo.toml").read_bytes()
_ARRAY = npst.arrays(
    st.sampled_from([np.float32, np.float16, np.uint8, np.bool_, np.int64, np.dtype("U3")]),
    npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6),
)
_KEYS = st.sampled_from(["scores", "masks", "boxes", "size", "other"])
_OVERRIDE = st.sampled_from(
    ["schedule.batch=8", "data.0.root=x", "data.²=1", "dev=", "=", "a.b.c=[[", "data.9.root=1"]
) | st.text(max_size=12)

TARGETS = {
    "pictures": Target(picture_files(), _pictures),
    "indices": Target(
        blocks(np.uint8, st.sampled_from([0, 1, 2, 3, 254, 255]) | st.integers(0, 255)), _indices
    ),
    "options": Target(
        st.lists(names | st.text("0123456789abcdef=,#-:", max_size=12), max_size=3), _options
    ),
    "COCO results": Target(st.tuples(nearly(_RESULTS), st.none() | nearly(_IMAGES)), _coco_results),
    "npz": Target(st.dictionaries(_KEYS, _ARRAY, max_size=5), _arrays),
    "damaged npz": Target(damaged(_npz()), _damaged_arrays),
    "COCO annotations": Target(nearly(_INSTANCES), _annotations),
    "annotations": Target(annotations.inputs(), annotations.read),
    "meta.json": Target(nearly(_META), _meta),
    "shots": Target(
        st.tuples(st.just(_CSV) | damaged(_CSV), st.just("a.csv"))
        | st.tuples(st.just(_TOML) | damaged(_TOML), st.just("a.toml")),
        _shots,
    ),
    "lists": Target(
        st.binary() | st.text().map(str.encode) | values.map(json.dumps).map(str.encode), _texts
    ),
    "recipes": Target(
        st.tuples(st.just(_DEMO) | damaged(_DEMO), st.lists(_OVERRIDE, max_size=2)), _recipe
    ),
}
