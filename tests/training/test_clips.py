"""Clips from stills and videos: ids, motion, determinism."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.errors import InputError
from models.training.data.davis import davis_videos
from models.training.data.folders import folder_pairs
from models.training.data.pairs import IGNORE, Pair, Video
from models.training.samples.clip import Mixture
from models.training.samples.stills import StillClips
from models.training.samples.videos import VideoClips
from models.training.samples.views import Views
from tests.conftest import write_indexed


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    rng = np.random.default_rng(0)
    for index in range(6):
        image = rng.integers(0, 100, (120, 160, 3), np.uint8)
        mask = np.zeros((120, 160), np.uint8)
        mask[30:90, 20 + 5 * index : 70 + 5 * index] = 1
        mask[40:80, 100:150] = 2
        image[mask == 1] = (250, 20, 20)
        image[mask == 2] = (20, 20, 250)
        Image.fromarray(image).save(tmp_path / "images" / f"{index}.png")
        write_indexed(tmp_path / "masks" / f"{index}.png", mask)
    return tmp_path


def _pairs(root: Path) -> list[Pair]:
    return folder_pairs(root)


@pytest.mark.parametrize("kind", ["stills", "video", "mixture"])
def test_clips_show_their_objects_first_and_follow_them(root: Path, kind: str) -> None:
    stills = StillClips(_pairs(root), size=96, paste=0.0)
    video = VideoClips([Video("v", tuple(_pairs(root)))], size=96, longest_skip=1)
    source = {"stills": stills, "video": video, "mixture": Mixture([(1, stills), (1, video)])}[kind]
    for seed in range(5):
        clip = source(np.random.default_rng(seed))
        assert clip.frames.shape == (4, 3, 96, 96) and clip.frames.dtype == torch.uint8
        assert clip.ids.shape == (4, 96, 96)
        assert set(clip.ids.unique().tolist()) <= {*range(clip.objects + 1), IGNORE}
        for ident in range(1, clip.objects + 1):
            assert (clip.ids[0] == ident).sum() > 0.002 * 96 * 96
            for frame, ids in zip(clip.frames, clip.ids, strict=True):
                inside, outside = frame[:, ids == ident].float(), frame[:, ids == 0].float()
                if min(inside.shape[1], outside.shape[1]) > 50:  # brighter, as it was drawn
                    apart = inside.median(1).values - outside.median(1).values
                    assert apart.abs().max() > 10


def test_the_same_seed_gives_the_same_clip(root: Path) -> None:
    source = StillClips(_pairs(root), size=64, paste=1.0)
    a, b, c = (source(np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert torch.equal(a.frames, b.frames) and torch.equal(a.ids, b.ids)
    assert not torch.equal(a.frames, c.frames)


def test_proposal_samples_have_tight_boxes(root: Path) -> None:
    image, target = Views(_pairs(root), size=96)(np.random.default_rng(0))
    assert image.shape == (3, 96, 96)
    for box, mask in zip(target["boxes"], target["masks"], strict=True):
        x0, y0, x1, y1 = (int(v) for v in box)
        assert mask[y0:y1, x0:x1].sum() == mask.sum() > 0


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="images/ and masks/"):
        folder_pairs(tmp_path)
    with pytest.raises(InputError, match="not a DAVIS 2016 root"):
        davis_videos(tmp_path, "train")
