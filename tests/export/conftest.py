"""A shot of two objects, made once; each test has a copy."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.errors import OvosError
from ovos_cli.app import app
from tests.conftest import write_indexed, write_video

FRAMES = 5
SMALL = ["--size", "64", "--device", "cpu", "--no-overlay", "-q"]

Command = Callable[..., tuple[int, str]]


def run(*arguments: object) -> tuple[int, str]:
    """Exit status and all that `ovos ARGUMENTS` says."""
    result = CliRunner().invoke(app, [*map(str, arguments)])
    if isinstance(result.exception, OvosError):
        return result.exception.exit_code, str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, " ".join(result.output.split())


def two_objects() -> np.ndarray:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, 5:25], ids[20:40, 40:60] = 1, 3
    return ids


@pytest.fixture
def ovos() -> Command:
    return run


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory, untrained: Path) -> Path:
    folder = tmp_path_factory.mktemp("made")
    video = write_video(folder / "clip.mp4", FRAMES)
    mask = write_indexed(folder / "first.png", two_objects())
    status, said = run(
        "segment", video, "-m", mask, "-o", folder / "shot", "--weights", untrained, *SMALL
    )
    assert status == 0, said
    return folder


@pytest.fixture
def shot(_made: Path, tmp_path: Path) -> Path:
    """The folder of a shot of `clip.mp4`, with objects 1 and 3."""
    return shutil.copytree(_made / "shot", tmp_path / "shot")
