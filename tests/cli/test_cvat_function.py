"""CVAT's tracking function, by cvat-sdk's protocol; tests/peers runs it in CVAT's own agent."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from ovos_cli.formats import row_runs
from tests.shot.frames import StillFrames

TASK = SimpleNamespace()


@dataclass(frozen=True, kw_only=True)
class _Spec:
    supported_shape_types: list[str]


@dataclass(frozen=True, kw_only=True)
class _Shape:
    type: str
    points: list[float]


def of(kind: str) -> SimpleNamespace:
    """The context of a shape of this kind."""
    return SimpleNamespace(original_shape_type=kind)


@pytest.fixture
def cvat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`ovos_cli.cvat`, with the two classes of cvat-sdk that it asks for where it is not there."""
    try:
        import cvat_sdk.auto_annotation  # noqa: F401
    except ImportError:
        package, part = ModuleType("cvat_sdk"), ModuleType("cvat_sdk.auto_annotation")
        part.TrackingFunctionSpec, part.TrackableShape = _Spec, _Shape  # type: ignore[attr-defined]
        package.auto_annotation = part  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "cvat_sdk", package)
        monkeypatch.setitem(sys.modules, "cvat_sdk.auto_annotation", part)
    yield importlib.import_module("ovos_cli.cvat")
    sys.modules.pop("ovos_cli.cvat", None)


def mask_points(mask: np.ndarray) -> list[float]:
    runs, (left, top, width, height) = row_runs.encode(mask)
    return [float(v) for v in (*runs, left, top, left + width - 1, top + height - 1)]


def decoded(points: list[float], size: tuple[int, int]) -> np.ndarray:
    *runs, left, top, right, bottom = map(int, points)
    return row_runs.decode(runs, (left, top, right - left + 1, bottom - top + 1), size)


def test_masks_and_polygons_are_followed_by_themselves(cvat: Any) -> None:
    function = cvat.create(size=96, device="cpu")
    assert {*function.spec.supported_shape_types} == {"mask", "polygon"}
    video = StillFrames(4, height=96, width=128)
    truth = [ids == 1 for ids in video.truth]
    images = [Image.fromarray(image).convert("RGBA") for image in video.images]
    prepared = [function.preprocess_image(TASK, image) for image in images]
    rows, columns = np.nonzero(truth[0])
    left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    corners = [left, top, right, top, right, bottom, left, bottom]
    mask = SimpleNamespace(type="mask", points=mask_points(truth[0]))
    polygon = SimpleNamespace(type="polygon", points=[float(v) for v in corners])
    masks = function.init_tracking_state(of("mask"), prepared[0], mask)
    polygons = function.init_tracking_state(of("polygon"), prepared[0], polygon)
    for index in (1, 2, 3):
        found = function.track(of("mask"), prepared[index], masks)
        assert found.type == "mask"
        ids = decoded(found.points, (96, 128))
        assert (ids & truth[index]).sum() > 0.7 * (ids | truth[index]).sum()
        line = function.track(of("polygon"), prepared[index], polygons)
        assert line.type == "polygon" and len(line.points) % 2 == 0
        x, y = np.array(line.points).reshape(-1, 2).T
        rows, columns = np.nonzero(ids)  # both began with the same pixels
        assert abs(x.min() - columns.min()) < 1 and abs(y.max() - rows.max() - 1) < 1


def test_what_is_not_seen_is_no_shape_and_the_state_goes_on(cvat: Any) -> None:
    function = cvat.create(size=96, device="cpu")
    video = StillFrames(3, height=96, width=128)
    first, empty = (Image.fromarray(i) for i in (video.images[0], np.zeros_like(video.images[0])))
    shape = SimpleNamespace(type="mask", points=mask_points(video.truth[0] == 1))
    begun = function.preprocess_image(TASK, first)
    state = function.init_tracking_state(of("mask"), begun, shape)
    found = [
        function.track(of("mask"), function.preprocess_image(TASK, image), state)
        for image in (empty, first)
    ]
    assert found[0] is None and found[1] is not None


@pytest.mark.parametrize(
    ("kind", "points", "said"),
    [
        ("mask", [0.0, 4.0, 1.0, 1.0, 2.0], "cannot be used"),
        ("mask", [0.5, 4.0, 1.0, 1.0, 2.0, 2.0], "no whole number"),
        ("mask", [0.0, 4.0, 63.0, 1.0, 64.0, 2.0], "does not lie in the frame"),
        ("mask", [4.0, 1.0, 1.0, 2.0, 2.0], "no pixel"),
        ("mask", [1.0], "cannot be used"),
        ("polygon", [1.0, 2.0, 3.0], "cannot be used"),
        ("polygon", [1.0, 1.0, 2.0, 2.0], "three points"),
        ("polygon", [70.0, 1.0, 80.0, 1.0, 80.0, 9.0], "no pixel"),
        ("rectangle", [1.0, 1.0, 2.0, 2.0], "draw a mask or a polygon"),
    ],
)
def test_shapes_that_cannot_be_used_are_refused(
    cvat: Any, kind: str, points: list[float], said: str
) -> None:
    function, image = cvat.TrackingFunction(None), cvat.PreparedImage((48, 64), None)
    with pytest.raises(InputError, match=said):
        function.init_tracking_state(of(kind), image, SimpleNamespace(type=kind, points=points))


def test_images_of_another_size_are_refused(cvat: Any, untrained: Path) -> None:
    function = cvat.create(weights=str(untrained), size=64, device="cpu")
    large = function.preprocess_image(TASK, Image.new("RGB", (80, 64)))
    small = function.preprocess_image(TASK, Image.new("RGB", (64, 48)))
    points = [1.0, 1.0, 20.0, 1.0, 20.0, 20.0]
    shape = SimpleNamespace(type="polygon", points=points)
    state = function.init_tracking_state(of("polygon"), small, shape)
    with pytest.raises(InputError, match="the image is 80x64, and the shape's was 64x48"):
        function.track(of("polygon"), large, state)
