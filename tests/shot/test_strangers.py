"""`ovos resume` of folders that anybody may have made: nothing outside of them is touched."""

import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from ovos_cli.shot.folder import ShotFolder
from ovos_cli.shot.options_file import options_of
from ovos_cli.shot.store import Store
from ovos_cli.shot.stored import StoredShot
from tests.conftest import write_video
from tests.shot.test_command import SMALL, box, ovos

Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, untrained: Path) -> Path:
    """A folder of a run over four frames."""
    root = tmp_path_factory.mktemp("strangers")
    video, mask = write_video(root / "video.mp4", 4), box(root / "first.png", 5)
    common = ["-m", mask, "--weights", untrained, "--no-overlay", "--mattes", *SMALL]
    assert ovos("segment", video, "-o", root / "run", *common)[0] == 0
    return root / "run"


@pytest.fixture
def strange(run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(run, tmp_path / "there/run")


def option(group: str, name: str, value: object) -> Change:
    def change(folder: Path) -> None:
        record = json.loads((folder / "run.json").read_text())
        record["options"][group][name] = value
        (folder / "run.json").write_text(json.dumps(record))

    return change


def entry(name: str, value: object) -> Change:
    def change(folder: Path) -> None:
        record = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps(record | {name: value}))

    return change


def stored(sql: str, *values: object) -> Change:
    def change(folder: Path) -> None:
        with closing(sqlite3.connect(folder / ".ovos/shot.sqlite")) as base, base:
            base.execute(sql, values)

    return change


def noted(name: str, value: object) -> Change:
    def change(folder: Path) -> None:
        stored("delete from found")(folder)
        stored("delete from final")(folder)
        stored("replace into info values (?, ?)", name, json.dumps(value))(folder)

    return change


def linked(name: str) -> Change:
    def change(folder: Path) -> None:
        place = folder / name
        if place.is_dir():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        place.symlink_to(folder.parent.parent / "elsewhere")

    return change


def given(name: str, content: bytes | np.ndarray) -> Change:
    def change(folder: Path) -> None:
        file = folder / ".ovos/given" / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            Image.fromarray(content).save(file)

    return change


_STATE = {"file": "../../../elsewhere/0.safetensors", "frame": 2, "key": "x", "begins": 0}
_BOMB = zlib.compress(bytes(2**24))
REFUSED: dict[str, Change] = {
    "a stem that leads out": stored("update final set stem = '../../../elsewhere/0'"),
    "confidence of text": stored('update final set confidence = \'{"1": "x"}\''),
    "an origin that lacks": stored("update final set origin = '{}'"),
    "no JSON": stored("update final set hidden = '{'"),
    "a format of text": noted("format", "x"),
    "another basis": noted("basis", [1]),
    "a Python configuration": option("ModelOptions", "proposals", "detectron2:evil.py"),
    "an output that leads out": option("OutputOptions", "write", ["../x"]),
    "outputs of text": option("OutputOptions", "write", "masks"),
    "a cache beyond reason": option("OutputOptions", "cache", "9" * 400),
    "a video of no name": option("SourceOptions", "video", "a\0b"),
    "a video that is a number": option("SourceOptions", "video", 5),
    "a rate of text": option("SourceOptions", "fps", "x"),
    "an absence of a number": option("SourceOptions", "drop", [1]),
    "a size of text": option("ModelOptions", "size", "64"),
    "options in a list": entry("options", []),
    "JSON without end": lambda folder: (folder / "run.json").write_text("[" * 100_000),
    "files of masks": entry("masks", [{"frame": "x", "file": 3}, 5, {"frame": 0, "file": "a\0b"}]),
    "a mask of text": given("0.png", b"x"),
    "a mask of another size": given("0.png", np.ones((9, 9), np.uint8)),
    "a mask in colour": given("0.png", np.ones((48, 64, 3), np.uint8)),
    "no mask": lambda folder: shutil.rmtree(folder / ".ovos/given"),
    "masks elsewhere": linked(".ovos/given"),
    "waiting elsewhere": linked(".ovos/waiting"),
    "all elsewhere": linked("mattes"),
    "a store elsewhere": linked(".ovos/shot.sqlite"),
}
TAKEN: dict[str, Change] = {
    "nothing": lambda folder: None,
    "a state elsewhere": noted("forward", _STATE | {"file": "0.safetensors"}),
    "a state that is a list": noted("forward", [1]),
    "another folder": option("OutputOptions", "out", "/nowhere"),
    "a mask of no frame": given("x.png", np.ones((48, 64), np.uint8)),
}


def _resume(folder: Path, *options: object) -> tuple[int, str]:
    elsewhere = folder.parent.parent / "elsewhere"
    elsewhere.mkdir()
    for name in ("0.png", "00000.png", "0.safetensors"):
        (elsewhere / name).write_bytes(b"precious")
    result = ovos("resume", folder, "-q", *options)
    assert {f.name: f.read_bytes() for f in elsewhere.iterdir()} == {
        "0.png": b"precious",
        "00000.png": b"precious",
        "0.safetensors": b"precious",
    }
    return result


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_run_would_have_written_is_refused(strange: Path, case: str) -> None:
    REFUSED[case](strange)
    code, said = _resume(strange)
    assert code == 2 and str(strange.parent.parent) not in said.replace(str(strange), ""), said


@pytest.mark.parametrize("rate", ["1e999999999", float("inf"), "0/1", "1/0", -5, None])
def test_a_rate_that_is_none_is_that_of_images(strange: Path, rate: object) -> None:
    entry("rate", rate)(strange)
    with StoredShot(ShotFolder(strange)) as shot:
        assert shot.rate == 24


def test_a_record_may_have_been_saved_by_an_editor(strange: Path) -> None:
    record = strange / "run.json"
    record.write_text(record.read_text(), encoding="utf-8-sig")
    assert _resume(strange)[0] == 0


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_of_no_use_is_passed_over(strange: Path, case: str) -> None:
    TAKEN[case](strange)
    code, said = _resume(strange)
    assert code == 0, said
    assert len([*(strange / "masks").glob("*.png")]) == 4


def test_a_state_that_leads_out_is_not_removed(strange: Path) -> None:
    noted("forward", _STATE)(strange)
    code, said = _resume(strange)
    assert code == 2 and "elsewhere" in said


@pytest.mark.parametrize(
    "values",
    [
        {"levels": _BOMB, "shape": "[1, 3, 4]"},
        {"levels": _BOMB, "shape": "[1, 1000000, 1000000]"},
        {"levels": b"x", "shape": "[1, 3, 4]"},
        {"shape": "[3]"},
        {"ids": "[1, 2, 3]"},
        {"ids": '["x"]'},
        {"confidence": "[]"},
    ],
)
def test_results_are_inflated_no_further_than_they_say(
    strange: Path, values: dict[str, Any]
) -> None:
    columns = ", ".join(f"{name} = ?" for name in values)
    stored(f"update found set {columns}", *values.values())(strange)
    with closing(Store(strange / ".ovos/shot.sqlite")) as store:
        [(frame, key), *_] = store.found_keys(range(4), backward=False).items()
        with pytest.raises(InputError, match="damaged"):
            store.found(frame, key, backward=False)


def test_options_come_back_as_they_were(run: Path, tmp_path: Path) -> None:
    options = json.loads((run / "run.json").read_text())["options"]
    source, output, model, memory = options_of(options, tmp_path)
    assert output.out == tmp_path and output.mattes and not output.overlay
    assert Path(source.video).is_absolute() and source.mask == [] and source.fps == 24.0
    assert isinstance(model.weights, Path) and model.size == 64 and memory.memory is None
