"""What file managers and archives leave beside files is nobody's frame, mask or change."""

from pathlib import Path

import numpy as np
from PIL import Image

from models.sources.files import digest, open_store
from models.training.data.davis import davis_videos
from models.training.data.youtube import youtube_videos
from ovos_cli.media.open_source import open_source
from ovos_cli.shot.identity import source_digest
from tests.data_sets import davis, youtube

__all__ = ["davis", "youtube"]


def _clutter(folder: Path) -> None:
    """As macOS and Windows leave it, an `._` for each file."""
    for file in [*folder.iterdir()]:
        (folder / f"._{file.name}").write_bytes(b"\0\5\x16\7")
    for name in (".DS_Store", "Thumbs.db", "Desktop.ini"):
        (folder / name).write_bytes(b"?")


def test_a_folder_that_was_looked_at_is_the_same_source(tmp_path: Path) -> None:
    for index in range(3):
        Image.new("RGB", (8, 6), (index, 0, 0)).save(tmp_path / f"{index}.png")
    before = source_digest(tmp_path)
    _clutter(tmp_path)
    assert source_digest(tmp_path) == before
    assert len(list(open_source(tmp_path))) == 3
    Image.new("RGB", (8, 6)).save(tmp_path / "3.png")
    assert source_digest(tmp_path) != before


def test_it_is_no_annotation_to_train_on(davis: Path, youtube: Path) -> None:
    before = davis_videos(davis, "train", "2017"), youtube_videos(youtube, "train")
    for masks in (davis / "Annotations/480p", youtube / "train/Annotations"):
        for folder in masks.iterdir():
            _clutter(folder)
    assert (davis_videos(davis, "train", "2017"), youtube_videos(youtube, "train")) == before


def test_it_is_no_proposal(tmp_path: Path) -> None:
    masks = np.zeros((1, 6, 8), bool)
    np.savez(tmp_path / "00000.npz", masks=masks, scores=[0.5], size=(6, 8))
    before = digest(tmp_path)
    _clutter(tmp_path)
    (tmp_path / "._results.json").write_bytes(b"?")
    assert open_store(tmp_path).names() == ["00000"]
    assert digest(tmp_path) == before
