"""Masks of other code are not taken for one's own."""

import shutil
from pathlib import Path

import pytest

import models
from ovos_cli.benchmarking import runner
from ovos_cli.benchmarking.baselines import Baseline, BaselineName
from ovos_cli.benchmarking.code_digest import code_digest
from ovos_cli.benchmarking.method import ModelMethod


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources of the package, elsewhere."""
    source = Path(models.__file__).parent
    kept = shutil.ignore_patterns("weights", "__pycache__")
    return shutil.copytree(source, tmp_path / "elsewhere", ignore=kept)


def test_place_line_endings_and_training_do_not_count(copy: Path) -> None:
    for path in copy.rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    shutil.rmtree(copy / "training")
    (copy / "network.pyc").write_bytes(b"compiled")
    assert code_digest(copy) == code_digest()


@pytest.mark.parametrize("room", ["network.py", "functional/matching.py", "tracking/segmenter.py"])
def test_a_change_counts(copy: Path, room: str) -> None:
    path = copy / room
    path.write_text(path.read_text() + "\nCHANGED = True\n")
    assert code_digest(copy) != code_digest()


def test_a_renamed_file_counts(copy: Path) -> None:
    (copy / "network.py").rename(copy / "networks.py")
    assert code_digest(copy) != code_digest()


def test_the_key_of_a_model_has_it_and_that_of_a_baseline_has_not(
    untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, baseline = ModelMethod(weights=untrained), Baseline(BaselineName.FIRST_MASK)
    before = [runner.method_key(method) for method in (model, baseline)]
    monkeypatch.setattr(runner, "code_digest", lambda: "of other code")
    after = [runner.method_key(method) for method in (model, baseline)]
    assert before[0] != after[0] and before[1] == after[1]
