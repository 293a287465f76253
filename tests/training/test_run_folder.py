"""A run's folder and its files on a disk that is full, cut off, or shared."""

import json
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest
from torch import nn

from models.errors import InputError, OvosError
from models.hub.presets import preset
from models.hub.weights_file import read_weights
from models.network import DMNAOA
from models.training.recipe import DevPart, Recipe, StartPart
from models.utils.whole_file import write_whole
from ovos_cli.training.run_folder import RunFolder

RECIPE = Recipe.model_validate(
    {
        "name": "x",
        "stage": "main",
        "data": [{"kind": "davis", "root": "x"}],
        "schedule": {"iterations": 1, "batch": 1, "rate": 1},
    }
)


def _full(file: BinaryIO) -> None:
    file.write(b"part")
    raise OSError(28, "No space left on device")


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    with pytest.raises(OvosError, match=r"best\.safetensors cannot .*No space left.*\. Make"):
        write_whole(path, _full)
    assert not list(tmp_path.iterdir())
    write_whole(path, lambda file: file.write(b"old"))
    with pytest.raises(OvosError, match="last good one is still there"):
        write_whole(path, _full)
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_stops_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(tmp_path / "run", RECIPE)
    folder.open([])
    record = folder.record.read_text()

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OvosError, match=r"recipe\.json cannot be written"):
        folder.open([])
    assert folder.record.read_text() == record
    stage = nn.Module()
    stage.network = DMNAOA(preset("lite"))
    with pytest.raises(OvosError, match=r"best\.safetensors cannot be written"):
        folder.write_weights(stage, "best.safetensors", 1, 0.5, [])
    assert [path.name for path in folder.root.iterdir()] == ["recipe.json", "start.json"]


def test_weights_are_as_readable_as_other_files(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run", RECIPE)
    folder.open([])
    stage = nn.Module()
    stage.network = DMNAOA(preset("lite"))
    folder.write_weights(stage, "last.safetensors", 3, 0.25, [])
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.record, folder.last)]
    assert modes[0] == modes[1]
    notes = read_weights(folder.last)[0].notes
    assert (notes["step"], notes["dev_score"]) == ("3", "0.2500")


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.pt").write_bytes(b"")
    (tmp_path / "recipe.json").write_text("")
    with pytest.raises(InputError, match=r"recipe\.json is damaged"):
        RunFolder(tmp_path, RECIPE)
    (tmp_path / "recipe.json").unlink()  # as the message says
    folder = RunFolder(tmp_path, RECIPE)
    folder.open([])
    assert folder.resumes and json.loads(folder.record.read_text())["name"] == "x"


def test_a_run_that_begins_again_begins_with_its_own_data(tmp_path: Path) -> None:
    start = {"backbone": "imagenet"}
    RunFolder(tmp_path, Recipe.model_validate(RECIPE.model_dump() | {"start": start})).open([])
    assert "ImageNet" in (tmp_path / "start.json").read_text()
    # Killed before its first state, so that another recipe may have the folder.
    (tmp_path / "log.csv").write_text("step,loss\n10,1\n")
    RunFolder(tmp_path, Recipe.model_validate(RECIPE.model_dump())).open([])
    assert json.loads((tmp_path / "start.json").read_text()) == {
        "data": [],
        "licence": [],
        "untrained": "",
        "images": {},
    }
    assert not (tmp_path / "log.csv").exists()
    (tmp_path / "best.safetensors").write_text("old")
    with pytest.raises(InputError, match=r"holds best\.safetensors of a run, but no state\.pt"):
        RunFolder(tmp_path, RECIPE)
    with pytest.raises(InputError, match="is a file"):
        RunFolder(tmp_path / "best.safetensors", RECIPE)


def test_what_two_stages_began_with_is_named_once(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, RECIPE)
    folder.open([])
    before = {"data": ["cats (MIT); the start: ImageNet", "ImageNet"], "licence": ["MIT; x", "x"]}
    folder.heritage.write_text(json.dumps(before))
    stage = nn.Module()
    stage.network = DMNAOA(preset("lite"))
    folder.write_weights(stage, "last.safetensors", 3, None, [])
    notes = read_weights(folder.last)[0].notes
    assert notes["data"] == "the start: cats (MIT); the start: ImageNet"
    assert notes["licence"] == "MIT; x"


def test_torchs_words_for_a_full_disk_are_not_the_last_ones(tmp_path: Path) -> None:
    def full(file: BinaryIO) -> None:
        raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 1 vs 0")

    with pytest.raises(OvosError, match=r"the disk seems to be full \(.*unexpected.*Make room"):
        write_whole(tmp_path / "state.pt", full)


def test_what_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(file: BinaryIO) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a.npz", interrupted)
    assert not list(tmp_path.iterdir())


def test_room_is_asked_for_only_where_it_is_wanting(tmp_path: Path) -> None:
    with pytest.raises(OvosError, match=r"No such file or directory$"):
        write_whole(tmp_path / "missing/a.json", b"")
    with pytest.raises(OvosError, match="Make room"):
        write_whole(tmp_path / "a.json", _full)


def test_a_run_of_a_version_with_fewer_keys_goes_on(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, RECIPE)
    folder.open([])
    values = json.loads(folder.record.read_text())
    del values["samples"]["cuts"], values["schedule"]["backbone_from"]
    folder.record.write_text(json.dumps(values))
    (tmp_path / "state.pt").touch()
    RunFolder(tmp_path, RECIPE)
    values["samples"]["size"] = 64
    folder.record.write_text(json.dumps(values))
    with pytest.raises(InputError, match="another recipe"):
        RunFolder(tmp_path, RECIPE)


def test_weights_carry_the_data_and_licences_of_what_they_began_with(tmp_path: Path) -> None:
    start = {"weights": "package"}
    recipe = RECIPE.model_copy(update={"start": StartPart.model_validate(start)})
    folder = RunFolder(tmp_path / "run", recipe)
    folder.open([])
    stage = nn.Module()
    stage.network = DMNAOA(preset("lite"))
    folder.write_weights(stage, "last.safetensors", 1, None, [])
    notes = read_weights(folder.last)[0].notes
    assert "CC BY-NC 4.0" in notes["data"] and "non-commercial" in notes["licence"]


def test_scores_on_other_videos_are_not_compared(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, RECIPE)
    folder.open([])
    (tmp_path / "state.pt").touch()
    assert not RunFolder(tmp_path, RECIPE).other_dev
    dev = DevPart.model_validate({"root": "x"})
    assert RunFolder(tmp_path, RECIPE.model_copy(update={"dev": dev})).other_dev
