"""`ovos benchmark --clicks`."""

import csv
from pathlib import Path

import pytest

from ovos_cli.benchmarking.clicks import ClickedObject
from tests.cli.command import run_main


def test_first_masks_are_clicked_and_written(
    davis: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    arguments = ["benchmark", "--dataset", "davis17", "--root", davis, "--clicks", "--out", out]
    arguments += ["--weights", untrained, "--size", "64", "--device", "cpu"]
    status, _ = run_main(monkeypatch, *arguments)
    assert status == 0
    (file,) = out.glob("clicks_results-*.csv")
    head, *rows = csv.reader(file.open())
    assert head[:4] == ["Sequence", "Object", "box", "1 click"]
    assert rows and all(0 <= float(value) <= 1 for row in rows for value in row[2:6])
    assert all(1 <= int(value) <= 20 for row in rows for value in row[6:])


def test_what_follows_goes_with_other_options(
    davis: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["benchmark", "--dataset", "davis17", "--root", davis, "--clicks", "--rounds", "2"]
    status, text = run_main(monkeypatch, *arguments, "--weights", untrained, "--out", tmp_path)
    assert status == 2 and "--clicks" in text and "--rounds" in text


def test_clicks_count_until_an_iou_is_reached() -> None:
    found = ClickedObject("dog", 1, 0.7, [0.4, 0.86, 0.84, 0.95])
    assert [found.after(n) for n in (1, 3, 5)] == [0.4, 0.84, 0.95]
    assert [found.until(iou) for iou in (0.85, 0.9, 0.99)] == [2, 4, 20]
