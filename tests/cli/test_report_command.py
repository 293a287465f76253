"""`ovos report` through its own entry point."""

import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.errors import InputError, OvosError
from ovos_cli.app import app
from tests.trees import copy_truth, davis_tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return davis_tree(tmp_path / "davis", frames=8)


@pytest.fixture
def results(root: Path, tmp_path: Path) -> Path:
    return _scored(root, copy_truth(root, tmp_path / "ours", shift=3))


def _scored(root: Path, masks: Path, *options: object) -> Path:
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "--jobs", 1, *options]
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return masks


def _report(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["report", *map(str, arguments)])
    if isinstance(done.exception, OvosError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_writes_a_page_beside_the_results(root: Path, results: Path, tmp_path: Path) -> None:
    other = _scored(root, copy_truth(root, tmp_path / "theirs", shift=6))
    said = _report(results, "--root", root, "--compare", other)
    assert "report.html" in said
    text = (results / "report.html").read_text("utf-8")
    assert "theirs" in text and "dogs" in text and "DMN-AOA R50" in text
    assert text.count("<img") >= 16  # two sheets of eight frames


def test_masks_that_were_scored_elsewhere_are_found(root: Path, tmp_path: Path) -> None:
    _scored(root, copy_truth(root, tmp_path / "ours"), "--out", tmp_path / "scores")
    _report(tmp_path / "scores", "--root", root)
    assert (tmp_path / "scores/report.html").read_text("utf-8").count("<img") >= 16


def test_baselines_of_the_run_are_there_and_uneven_ones_named(root: Path, results: Path) -> None:
    other = _scored(root, copy_truth(root, results / "baselines" / "flow", shift=6))
    _report(results, "--root", root)
    text = (results / "report.html").read_text("utf-8")
    assert "J&amp;F flow" in text
    assert "do not compare" not in text
    record = json.loads((other / "results.json").read_text())
    del record["sequences"]["bear"]
    (other / "results.json").write_text(json.dumps(record))
    _report(results, "--root", root, "--overwrite")
    assert re.search(r"do not compare: flow", (results / "report.html").read_text("utf-8"))


def test_a_list_of_ones_own_and_a_part_of_a_split(root: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("dogs\n")
    listed = _scored(root, copy_truth(root, tmp_path / "a"), "--split", names)
    part = _scored(root, copy_truth(root, tmp_path / "b"), "--sequences", "dogs")
    names.unlink()
    for results in (listed, part):
        _report(results, "--root", root)
    assert "a part of the split, which has 2 sequences" in (part / "report.html").read_text("utf-8")
    assert "a part of" not in (listed / "report.html").read_text("utf-8")


def test_takes_the_file_and_an_own_place(root: Path, results: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    assert _report(results / "results.json", "--root", root, "--out", target, "--quiet") == ""
    assert target.is_file()
    with pytest.raises(InputError, match="--overwrite"):
        _report(results, "--root", root, "--out", target)
    _report(results, "--root", root, "--out", target, "--overwrite")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"results\.json is not readable JSON"),
        ("[]", r"results\.json holds no results of ovos"),
        ('{"sequences": {}}', r"results\.json holds no results of ovos"),
    ],
)
def test_results_that_cannot_be_read_are_named(
    root: Path, results: Path, content: str, message: str
) -> None:
    (results / "results.json").write_text(content)
    with pytest.raises(InputError, match=message):
        _report(results, "--root", root)


def test_refuses_what_does_not_fit(root: Path, results: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"results\.json"):
        _report(tmp_path, "--root", root)
    (tmp_path / "far").mkdir()
    record = json.loads((results / "results.json").read_text())
    record["settings"]["masks"] = "gone"
    (tmp_path / "far" / "results.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match="--masks"):
        _report(tmp_path / "far", "--root", root)
    record["dataset"] = "davis16"
    (tmp_path / "far" / "results.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match="davis16"):
        _report(results, "--root", root, "--compare", tmp_path / "far")
    record["dataset"] = "unheard"
    (tmp_path / "far" / "results.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match="unheard"):
        _report(tmp_path / "far", "--root", root)


def test_says_which_package_is_missing(
    root: Path, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(OvosError, match=r"matplotlib: pip install 'ovos-cli\[benchmark\]'"):
        _report(results, "--root", root)
    assert not (results / "report.html").exists()
