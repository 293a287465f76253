"""The parts of the scripts in benchmarks/ that can be wrong without anybody seeing it."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from tests.conftest import ROOT, SAMPLES


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.syspath_prepend(ROOT / "benchmarks")

    def load(name: str) -> ModuleType:
        return import_module(name)

    return load


@pytest.mark.parametrize("count", [1, 10, 40])
def test_blobs_are_as_many_as_asked_for_and_parts_of_the_picture(script, count: int) -> None:  # type: ignore[no-untyped-def]
    with Image.open(SAMPLES / "bunny_objects.png") as picture:
        truth = np.array(picture)
    ids = script("blobs").blobs(truth, count)
    assert np.unique(ids).tolist() == list(range(count + 1))
    for ident in range(1, count + 1):
        assert len(np.unique(truth[ids == ident])) == 1


def test_seconds_of_a_process_are_its_own(script) -> None:  # type: ignore[no-untyped-def]
    processes = script("processes")
    cost = processes.cost_of([sys.executable, "-c", "sum(range(10**6))"])
    assert cost.cpu > 0 and cost.wall > 0
    difference = (processes.Cost(5.0, 9.0) - processes.Cost(1.0, 3.0)) / 2
    assert difference == processes.Cost(2.0, 3.0)
    with pytest.raises(processes.subprocess.CalledProcessError):
        processes.cost_of([sys.executable, "-c", "raise SystemExit(3)"])


def test_what_a_checkout_lacks_is_said(script, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    app = typer.Typer()
    app.command()(script("against").main)
    (tmp_path / "cutie/model").mkdir(parents=True)
    (tmp_path / "cutie/model/cutie.py").touch()
    result = CliRunner().invoke(app, ["cutie", "--checkout", str(tmp_path)])
    assert result.exit_code == 2
    said = "".join(result.output.replace("│", " ").split())
    assert "isnocheckoutofcutie" in said and "inference_core.py" in said
    assert "model/cutie.py" not in said


def test_places_between_given_frames_are_told_apart(script) -> None:  # type: ignore[no-untyped-def]
    where = script("seams")._where
    found = [where(at, [0, 12, 13]) for at in range(15)]
    assert found[0] == found[11] == found[12] == "given"
    assert found[1:4] == found[8:11] == ["elsewhere"] * 3  # the middle third is from 4 to 8
    assert found[4:8] == ["middle"] * 4
    assert found[13:] == ["one way"] * 2
