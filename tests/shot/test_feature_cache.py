"""Features kept on disk: the same bits, within a bound, in a folder of ours."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import InputError
from models.tracking.segmenter import Segmenter
from ovos_cli.shot.feature_cache import FeatureCache, parse_size
from ovos_cli.shot.shot import Shot
from tests.shot.frames import StillFrames

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def segmenter(untrained: Path) -> Segmenter:
    return Segmenter.load("lite", untrained, size=64, device="cpu")


def test_sizes() -> None:
    assert [parse_size(t) for t in ("0", "500", "1K", "1.5M", "2G", "2 GiB", "3gb")] == [
        0, 500, 1024, 3 << 19, 2 << 30, 2 << 30, 3 << 30,
    ]  # fmt: skip
    with pytest.raises(InputError, match="does not understand '2 cups'"):
        parse_size("2 cups")


def run(shot: Shot) -> list[bytes]:
    for done in shot.run():
        shot.note(done, f"{done.index:05d}")
    return [masks.ids.tobytes() for f in range(8) if (masks := shot.result(f)) is not None]


def test_masks_are_the_same_with_and_without_and_features_are_made_once(
    segmenter: Segmenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, made, found = StillFrames(8), [], []
    prepare = Segmenter.prepare

    def counting(self: Segmenter, frames: list, names: list | None = None) -> list:
        made.extend(names or [])
        return prepare(self, frames, names)

    monkeypatch.setattr(Segmenter, "prepare", counting)
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        shot = Shot(video, segmenter, tmp_path / name)
        if name == "with":
            shot.cache = FeatureCache(tmp_path / "cache", 1 << 30, "k", CPU)
        shot.put(0, video.truth[0])
        shot.put(7, video.truth[7])
        found.append(run(shot))
        shot.close()
        if name == "with":
            assert sorted(made) == [f"{f:05d}" for f in range(8)]
    assert found[0] == found[1] and len(found[0]) == 8


def test_it_stays_within_its_bound_and_forgets_what_was_not_used(
    segmenter: Segmenter, tmp_path: Path
) -> None:
    (frame,) = segmenter.prepare([np.zeros((48, 64, 3), np.uint8)])
    cache = FeatureCache(tmp_path / "c", 1 << 30, "k", CPU)
    cache.put(0, frame)
    (size,) = (f.stat().st_size for f in (tmp_path / "c").rglob("*.safetensors"))
    small = FeatureCache(tmp_path / "d", 3 * size, "k", CPU)
    for index in range(3):
        small.put(index, frame)
    assert small.get(0) is not None
    small.put(3, frame)
    assert [small.get(index) is not None for index in range(4)] == [True, False, True, True]
    assert sum(f.stat().st_size for f in (tmp_path / "d").rglob("*.safetensors")) <= 3 * size


def test_what_is_damaged_or_of_others_is_not_used(segmenter: Segmenter, tmp_path: Path) -> None:
    (frame,) = segmenter.prepare([np.zeros((48, 64, 3), np.uint8)])
    FeatureCache(tmp_path / "c", 1 << 30, "one", CPU).put(0, frame)
    (file,) = (tmp_path / "c").rglob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-5])
    assert FeatureCache(tmp_path / "c", 1 << 30, "one", CPU).get(0) is None
    assert FeatureCache(tmp_path / "c", 1 << 30, "other", CPU).get(0) is None
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").touch()
    with pytest.raises(InputError, match="holds files that are not ours"):
        FeatureCache(tmp_path / "mine", 1 << 30, "k", CPU)
