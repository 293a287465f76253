"""Equality with `vos-benchmark`, the field's other tool, on masks of many shapes."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.evaluation.scoring import score_all
from tests.conftest import write_indexed

peer = pytest.importorskip(
    "vos_benchmark.benchmark", reason="pip install --no-deps vos-benchmark; see the Makefile"
)


def _polygons(rng: np.random.Generator, shape: tuple[int, int], objects: int) -> np.ndarray:
    """Stars, blobs, lines and specks, some of them across the border."""
    height, width = shape
    ids = np.zeros(shape, np.uint8)
    for ident in range(1, objects + 1):
        centre = rng.integers(0, (width, height))
        angles = np.linspace(0, 2 * np.pi, int(rng.integers(3, 40)), endpoint=False)
        radii = rng.uniform(1, 0.4 * min(shape), len(angles))
        points = centre + np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=1)
        cv2.fillPoly(ids, [points.astype(np.int32)], ident)
        for _ in range(int(rng.integers(0, 4))):
            a, b = (tuple(int(v) for v in rng.integers(0, (width, height))) for _ in range(2))
            cv2.line(ids, a, b, ident, int(rng.integers(1, 4)))
    return ids


def _moved(rng: np.random.Generator, ids: np.ndarray) -> np.ndarray:
    """A prediction: shifted, with holes and specks, now and then without an object."""
    out = np.roll(ids, rng.integers(-6, 7, 2), axis=(0, 1))
    noise = cv2.GaussianBlur(rng.normal(size=ids.shape), (0, 0), 3)
    out[noise > 0.15] = 0
    out[rng.random(ids.shape) > 0.9995] = 1
    if rng.random() < 0.2:
        out[out == ids.max()] = 0
    return out


@pytest.mark.parametrize(
    ("shape", "objects"), [((48, 64), 2), ((97, 131), 5), ((240, 135), 3), ((480, 854), 4)]
)
def test_equal_to_a_millionth(tmp_path: Path, shape: tuple[int, int], objects: int) -> None:
    rng = np.random.default_rng(objects)
    truth, masks = tmp_path / "d" / "Annotations" / "480p", tmp_path / "m"
    for name in ("one", "two"):
        for place in (truth / name, masks / name):
            place.mkdir(parents=True)
        for index in range(7):
            ids = _polygons(rng, shape, objects)
            if index in (0, 1):  # the peer counts an object from where it first sees it
                ids[0, : objects + 1] = np.arange(objects + 1)
            if index == 4:
                ids[ids == 1] = 0
            write_indexed(truth / name / f"{index:05d}.png", ids)
            write_indexed(masks / name / f"{index:05d}.png", _moved(rng, ids))
    *_, theirs = peer.benchmark([str(truth)], [str(masks)], verbose=False, num_processes=1)
    data = open_dataset(DatasetName.DAVIS17, tmp_path / "d", "all")
    for ours in score_all(list(data.sequences), masks):
        iou, boundary = theirs[0][ours.name]
        assert set(iou) == set(ours.objects) and len(iou) == objects
        for ident, scores in ours.objects.items():
            measures = scores.measures()
            assert measures["J-Mean"] == pytest.approx(iou[ident] / 100, abs=1e-6)
            assert measures["F-Mean"] == pytest.approx(boundary[ident] / 100, abs=1e-6)
            assert 0 < measures["F-Mean"] < 1
