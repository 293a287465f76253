"""`ovos batch`: lists, what is refused before anything is run, failures, and going on."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import ovos_cli.batch.run
from models.errors import InputError
from ovos_cli.batch.list_file import read_list_file
from ovos_cli.batch.rows import Row, rows_of
from ovos_cli.media.open_source import open_source
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions
from ovos_cli.shot.run import SegmentRun
from tests.cli.command import run_main
from tests.conftest import write_indexed, write_video

COMMON = (OutputOptions(), ModelOptions(), MemoryOptions())


def mask(path: Path, ident: int = 1) -> Path:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, 5:25] = ident
    return write_indexed(path, ids)


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Two videos and a mask in a folder of their own."""
    (folder := tmp_path / "shots").mkdir()
    for name in ("a", "b"):
        write_video(folder / f"{name}.mkv", 4)
    mask(folder / "m.png")
    return folder


def batch(
    listed: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch, *options: object
) -> tuple[int, str]:
    small = ("--size", "64", "--device", "cpu", "--weights", untrained, "--no-overlay")
    return run_main(monkeypatch, "batch", listed, *small, *options)


def written(folder: Path, text: str, name: str = "shots.csv") -> Path:
    (listed := folder / name).write_text(text)
    return listed


def rows(listed: Path) -> list[Row]:
    return rows_of(listed, read_list_file(listed), COMMON)


def masks(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("masks/*.png"))
    }


def state(table: str, shot: str) -> str:
    """The last column of a shot's line."""
    [line] = [line for line in table.splitlines() if line.startswith(f"│ {shot} ")]
    return line.split("│")[-2].strip()


@pytest.mark.parametrize(
    "text",
    [
        "video,mask,out,end,mask-colors,overlay\na.mkv,m.png,x,3,,no\nb.mkv,0=m.png,,,ff0000=1,\n",
        "\ufeff# made by hand\r\nVideo;Mask;Out;End;Mask Colors;overlay\r\n"
        "a.mkv;m.png;x;3;;False\r\n\r\n# b\r\n"
        '"b.mkv";0=m.png;;;"ff0000=1"\r\n',
        "video\tmask\tout\tend\tmask_colors\toverlay\na.mkv\tm.png\tx\t3\t\t0\n"
        "b.mkv\t0=m.png\t\t\tff0000=1\n",
    ],
)
def test_lists_of_spreadsheets_say_what_the_options_say(shots: Path, text: str) -> None:
    first, second = rows(written(shots, text))
    assert first.source.place == shots / "a.mkv" and first.source.mask == [str(shots / "m.png")]
    assert (first.out, first.source.end, first.output.overlay) == (shots / "x", 3, False)
    assert second.source.mask == [f"0={shots / 'm.png'}"] and second.source.mask_colors
    assert (second.out, second.source.end, second.output.overlay) == (
        shots / "b_ovos",
        None,
        True,
    )


def test_only_lines_are_comments_and_a_cell_may_have_lines(shots: Path) -> None:
    (shots / "#1.mkv").write_bytes((shots / "a.mkv").read_bytes())
    (shots / "a\nb.mkv").write_bytes((shots / "a.mkv").read_bytes())
    text = 'video,mask\n"#1.mkv",m.png\n# none\n"a\nb.mkv",m.png\nb.mkv,m.png\n'
    found = rows(written(shots, text))
    assert [row.where for row in found] == ["line 2", "line 4", "line 6"]


def test_toml_has_lists_and_what_counts_for_all(shots: Path) -> None:
    text = """
        size = 96
        write = ["mattes"]
        [[shot]]
        video = "a.mkv"
        mask = ["m.png", "3=m.png"]
        drop = "1@2"
        [[shot]]
        video = "b.mkv"
        mask = "m.png"
        size = 128
        forward = true
        """
    first, second = rows(written(shots, text, "shots.toml"))
    assert first.where == "line 4" and second.where == "line 8"
    assert first.source.mask == [str(shots / "m.png"), f"3={shots / 'm.png'}"]
    assert first.source.drop == ["1@2"] and not first.source.forward and second.source.forward
    assert [row.model.size for row in (first, second)] == [96, 128]
    assert first.output.write == second.output.write == ["mattes"]


def test_columns_of_one_name_are_one_list(shots: Path) -> None:
    [row] = rows(written(shots, "video,mask,mask,drop,drop\na.mkv,m.png,2=m.png,1@1-1,1@3\n"))
    assert len(row.source.mask) == 2 and row.source.drop == ["1@1-1", "1@3"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a.mkv,,", "line 2: there is no mask"),
        ("c.mkv,m.png,", "line 2: .*c.mkv does not exist"),
        ("a.mkv,n.png,", "line 2: the mask .*n.png does not exist"),
        ("a.mkv,m.png,two", "line 2: end is 'two', and should be a whole number"),
        ("a.mkv,m.png,-1", "line 2: start 0 and end -1 are no range"),
        ("rtsp://camera/1,m.png,", "line 2: .*only once"),
        ("-,m.png,", "line 2: .*only once"),
        ("a.mkv,m.png,1,2", "line 2 has 4 cells"),
        ("a.mkv,m.png,\na.mkv,m.png,2", r"line 3: its output .*a_ovos is that of line 2"),
        ('"a.mkv,m.png,', "line 2"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_line(shots: Path, line: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        rows(written(shots, f"video,mask,end\n{line}\n"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("s.csv", "", "names no shot"),
        ("s.csv", "a.mkv,m.png\n", "line 1 should name the columns"),
        ("s.csv", "video,mask,colour\na.mkv,m.png,red\n", "there is no option colour"),
        ("s.csv", "video,mask,resume\na.mkv,m.png,yes\n", "on the command line"),
        ("s.csv", "video,mask,out\na.mkv,m.png,x\nb.mkv,m.png,x/y\n", "one in the other"),
        ("s.csv", "video,mask,overlay\na.mkv,m.png,maybe\n", "should be yes or no"),
        ("s.csv", "video,mask,memory\na.mkv,m.png,most\n", "should be one of: "),
        ("s.csv", "video,mask,write\na.mkv,m.png,film\n", "there is no output 'film'"),
        ("s.csv", "video,mask,video\na.mkv,m.png,b.mkv\n", "video is .* should be one text"),
        ("s.csv", "video,mask,out,out\na.mkv,m.png,x,y\n", "out is .* should be one text"),
        ("s.toml", "shot = 3", r"a table \[\[shot\]\]"),
        ("s.toml", "[[shot]]\nvideo = ", "is no TOML"),
        ("s.toml", '[[shot]]\nvideo = "a.mkv"\nmask = "m.png"\nend = [1]', "line 1: end is"),
        ("none.csv", None, "cannot be read"),
    ],
)
def test_lists_that_cannot_be_meant_are_refused(
    shots: Path, name: str, text: str | None, said: str
) -> None:
    listed = shots / name if text is None else written(shots, text, name)
    with pytest.raises(InputError, match=said):
        rows(listed)


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_run(
    shots: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = written(shots, "video,mask\na.mkv,m.png\nc.mkv,m.png\nb.mkv,n.png\n")
    status, text = batch(listed, untrained, monkeypatch)
    assert status == 2 and "line 3" in text and "line 4" in text and "line 2" not in text
    assert not (shots / "a_ovos").exists()


def test_a_failure_does_not_end_the_others_and_is_tried_again(
    shots: Path, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (shots / "bad.mkv").write_bytes(b"no video")
    listed = written(shots, "video,mask,end\na.mkv,m.png,1\nbad.mkv,m.png,\nb.mkv,m.png,2\n")
    loads: list[int] = []
    load = ovos_cli.batch.run.load
    monkeypatch.setattr(
        ovos_cli.batch.run, "load", lambda *given: (loads.append(1), load(*given))[1]
    )
    out = tmp_path / "results"
    assert batch(listed, untrained, monkeypatch, "--out", out)[0] == 1
    shown = capsys.readouterr()
    assert [state(shown.out, f"{name}_ovos") for name in ("a", "bad", "b")] == [
        "done", "failed", "done",
    ]  # fmt: skip
    assert re.search(r"line 3 \(bad_ovos\): .*bad.mkv is not a video", shown.err)
    assert loads == [1]
    before = masks(out)
    assert len(before) == 5

    write_video(shots / "bad.mkv", 2)
    assert batch(listed, untrained, monkeypatch, "--out", out)[0] == 0
    shown = capsys.readouterr()
    assert [state(shown.out, f"{name}_ovos") for name in ("a", "bad", "b")] == [
        "done before", "done", "done before",
    ]  # fmt: skip
    after = masks(out)
    assert len(after) == 7 and before.items() <= after.items()


def test_an_interrupted_batch_goes_on_where_it_was(
    shots: Path, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    listed = written(shots, "video,mask\na.mkv,m.png\nb.mkv,m.png\n")
    whole = tmp_path / "whole"
    assert batch(listed, untrained, monkeypatch, "--out", whole, "-q")[0] == 0
    out = tmp_path / "out"
    follow = SegmentRun.follow

    def interrupted(run: SegmentRun, tick: object) -> object:
        frames: list[int] = []

        def stop() -> None:
            frames.append(1)
            if len(frames) == 2 and "b_ovos" in str(run.folder.root):
                raise KeyboardInterrupt

        return follow(run, stop)

    with monkeypatch.context() as patch:
        patch.setattr(SegmentRun, "follow", interrupted)
        status, _ = batch(listed, untrained, monkeypatch, "--out", out)
    shown = capsys.readouterr()
    assert status == 130 and "1 of 2 shots are done" in shown.err
    assert state(shown.out, "b_ovos") == "interrupted"
    first = masks(out / "a_ovos")
    assert batch(listed, untrained, monkeypatch, "--out", out)[0] == 0
    assert masks(out / "a_ovos") == first
    found, wanted = masks(out), masks(whole)
    assert {name: each[0] for name, each in found.items()} == {
        name: each[0] for name, each in wanted.items()
    }


@pytest.mark.parametrize("change", ["mask", "option", "output lost", "overwrite"])
def test_what_is_no_longer_so_is_done_anew(
    shots: Path, untrained: Path, change: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    listed = written(shots, "video,mask,end\na.mkv,m.png,2\n")
    assert batch(listed, untrained, monkeypatch)[0] == 0
    options: list[str] = []
    if change == "mask":
        mask(shots / "m.png", 5)
    elif change == "option":
        written(shots, "video,mask,end\na.mkv,m.png,3\n")
    elif change == "output lost":
        (shots / "a_ovos/masks/00001.png").unlink()
    else:
        options = ["--overwrite"]
    capsys.readouterr()
    assert batch(listed, untrained, monkeypatch, *options)[0] == 0
    assert state(capsys.readouterr().out, "a_ovos") == "done"
    record = json.loads((shots / "a_ovos/run.json").read_text())
    count = 4 if change == "option" else 3
    assert record["state"] == "complete" and record["frames"]["count"] == count
    assert [each["id"] for each in record["objects"]] == [5 if change == "mask" else 1]
    assert len(masks(shots / "a_ovos")) == count


def test_foreign_files_in_an_output_fail_that_shot_alone(
    shots: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shots / "a_ovos").mkdir()
    (shots / "a_ovos/notes.txt").write_text("mine")
    listed = written(shots, "video,mask,end\na.mkv,m.png,1\nb.mkv,m.png,1\n")
    assert batch(listed, untrained, monkeypatch, "-q")[0] == 1
    assert [path.name for path in (shots / "a_ovos").iterdir()] == ["notes.txt"]
    assert len(masks(shots / "b_ovos")) == 2


def test_a_list_where_a_video_is_meant_is_told_its_command(shots: Path) -> None:
    file = shots / "shots.csv"
    file.write_text("video,mask\na.mp4,a.png\n")
    with pytest.raises(InputError, match=r"ovos batch .*shots\.csv"):
        open_source(file)
