"""`export_shot`: `ovos export` as a function."""

import dataclasses
import inspect
from pathlib import Path

import pytest

from models.errors import OvosError
from ovos_cli import InputError, export_shot
from ovos_cli.option_groups import ExportOptions
from ovos_cli.sinks.soft import SoftSink
from tests.export.conftest import Command


def test_it_has_the_options_of_the_command_and_their_defaults() -> None:
    parameters = inspect.signature(export_shot).parameters
    defaults = {f.name: parameters[f.name].default for f in dataclasses.fields(ExportOptions)}
    assert defaults == {f.name: f.default for f in dataclasses.fields(ExportOptions)}
    assert {*parameters} - {*defaults} == {"shot", "to", "out", "video", "overwrite"}


def test_it_writes_what_the_command_writes_and_prints_nothing(
    shot: Path, ovos: Command, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    exported = export_shot(str(shot), ["coco", "masks"], tmp_path / "out", names="3=cat", grow=1)
    assert capfd.readouterr() == ("", "")
    assert {place.parent for place in exported.places} == {tmp_path / "out"}
    assert exported.warnings == ()
    typed = ["-o", tmp_path / "typed", "--names", "3=cat", "--grow", "1"]
    assert ovos("export", shot, "--to", "coco", "--to", "masks", *typed)[0] == 0
    written = {p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.*")}
    assert len(written) > 2
    for file in written:
        assert (tmp_path / "out" / file).read_bytes() == (tmp_path / "typed" / file).read_bytes()


def test_bad_input_and_what_is_there_already_are_refused(shot: Path) -> None:
    with pytest.raises(InputError, match="there is no output 'cocco'"):
        export_shot(shot, "cocco")
    export_shot(shot, "mattes")
    with pytest.raises(InputError, match="is there already"):
        export_shot(shot, "mattes")
    export_shot(shot, "mattes", overwrite=True)


def test_an_output_that_fails_is_told_and_the_others_are_there(
    shot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SoftSink, "write", full)
    with pytest.raises(OvosError, match="No space left"):
        export_shot(shot, ["soft", "mattes"])
    assert [p.name for p in (shot / "export").iterdir()] == ["mattes"]
