"""A few of the inputs that the scripts beside this file try by the thousand."""

import random
from pathlib import Path

import pytest

from tests.fuzz import pictures, videos


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of damage
@pytest.mark.parametrize("name", list(pictures.seeds()))
def test_spoilt_pictures_are_read_or_refused(tmp_path: Path, name: str) -> None:
    chance, good = random.Random(name), pictures.seeds()[name]
    path = tmp_path / name
    path.write_bytes(good)
    assert pictures.try_one(path, chance)
    for _ in range(12):
        path.write_bytes(pictures.spoilt(good, chance))
        pictures.try_one(path, chance)


@pytest.mark.parametrize("name", videos.NAMES)
def test_spoilt_videos_are_read_or_refused(tmp_path: Path, name: str) -> None:
    chance, path = random.Random(name), tmp_path / name
    path.write_bytes(videos.good(name))
    assert videos.try_one(path, chance)
    for _ in range(8):
        path.write_bytes(videos.spoilt(name, chance))
        videos.try_one(path, chance)
