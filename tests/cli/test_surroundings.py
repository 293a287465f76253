"""What surrounds a command: encodings, readers that go away, closed streams, temporary folders."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import OvosError
from models.utils.whole_file import write_whole
from ovos_cli.default_folder import default_folder
from tests.conftest import ROOT
from tests.trees import copy_truth, davis_tree

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
_PRINTS = """
import sys
from rich.console import Console
from rich.table import Table
from ovos_cli.progress import progress_bar
from ovos_cli.standard_streams import lenient_streams

with lenient_streams():
    console = Console()
    with progress_bar(console, "frames/s") as bar:
        bar.advance(bar.add_task("\\u6f22\\u5b57 \\udce9", total=1))
    table = Table("caf\\u00e9 \\u2026")
    table.add_row("\\u6f22")
    console.print(table)
    print(100_000 * "more than a pipe holds, ")
    Console(stderr=True).print("\\u6f22")
    with open(sys.argv[1], "w") as done:
        done.write("done")
"""


def _environment(**given: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **given}


def _printed(tmp_path: Path, redirected: str = "", **environment: str) -> tuple[str, str]:
    """What is printed by code that prints a lot; it must come to its end, with status 0."""
    script, done = tmp_path / "prints.py", tmp_path / "done"
    script.write_text(_PRINTS)
    line = f'set -o pipefail; "$0" "$1" "$2" {redirected}'
    run = subprocess.run(
        ["bash", "-c", line, sys.executable, str(script), str(done)],
        env=_environment(**environment),
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert done.read_text() == "done"
    return run.stdout.decode(errors="replace"), run.stderr.decode(errors="replace")


@POSIX
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_what_an_encoding_lacks_is_escaped(tmp_path: Path, encoding: str) -> None:
    shown, said = _printed(tmp_path, "", PYTHONIOENCODING=encoding)
    assert ("漢" if encoding == "utf-8" else "\\u6f22") in shown
    assert "\\udce9" in shown and "Error" not in said


@POSIX
@pytest.mark.parametrize(
    ("redirected", "said", "unbuffered"),
    [
        ("| head -n 1", "", ""),
        ("| head -n 1", "", "1"),
        ("2>&1 >/dev/full", "warning: not all could be printed: No space left on device", ""),
        (">/dev/full 2>&1", "", ""),
        (">&-", "", ""),
        ("2>&-", "", ""),
        ("<&- >&- 2>&-", "", "1"),
    ],
)
def test_output_that_nobody_takes_fails_nothing(
    tmp_path: Path, redirected: str, said: str, unbuffered: str
) -> None:
    if "full" in redirected and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    shown, errors = _printed(tmp_path, redirected, PYTHONUNBUFFERED=unbuffered)
    assert said in shown + errors
    assert "Error" not in shown + errors and "Broken" not in errors


@POSIX
def test_closed_streams_lend_their_numbers_to_no_file(tmp_path: Path) -> None:
    code = (
        "import sys; from ovos_cli.process_settings import set_up_process; set_up_process(); "
        f"file = open({str(tmp_path / 'x')!r}, 'w'); sys.exit(file.fileno() < 3)"
    )
    line = '"$0" -c "$1" <&- >&- 2>&-'
    subprocess.run(["bash", "-c", line, sys.executable, code], env=_environment(), check=True)


@POSIX
def test_a_command_does_its_work_in_odd_surroundings(tmp_path: Path) -> None:
    """A read-only working folder, no HOME, a reader that goes away, and a long TMPDIR."""
    root = davis_tree(tmp_path / "d")
    masks = copy_truth(root, tmp_path / "m", shift=2)
    long = tmp_path / ("x" * 100) / ("y" * 100)
    long.mkdir(parents=True)
    options = f"--dataset davis17 --root {root} --jobs 2 --out {tmp_path}/o"
    line = f'set -o pipefail; unset HOME; "$0" -m ovos_cli evaluate {masks} {options} | head -n 1'
    run = subprocess.run(
        ["bash", "-c", line, sys.executable],
        env=_environment(TMPDIR=str(long), PYTHONIOENCODING="ascii"),
        cwd="/proc" if Path("/proc").is_dir() else tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads((tmp_path / "o/results.json").read_text())


@pytest.mark.parametrize("name", ["a" * 255, "漢" * 85, "12:30", "%d", "-x", "a\nb", ".x"])
def test_a_file_of_any_name_is_written_whole(tmp_path: Path, name: str) -> None:
    write_whole(tmp_path / name, b"content")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(name, b"content")]
    with pytest.raises(OvosError, match="File name too long"):
        write_whole(tmp_path / ("b" * 256), b"content")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("clip.mp4", "clip_ovos"),
        ("2024-01-01T12:30:45.mp4", "2024-01-01T12:30:45_ovos"),
        ("a" * 251 + ".mp4", "a" * 250 + "_ovos"),
        ("x" + "漢" * 83 + ".mp4", "x" + "漢" * 83 + "_ovos"),
        ("漢" * 84 + ".ts", "漢" * 83 + "_ovos"),
        ("shot.v2", "shot.v2_ovos"),
    ],
)
def test_results_lie_in_a_folder_that_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if name == "shot.v2":
        Path(name).mkdir()
    folder = default_folder(Path(name), "ovos")
    folder.mkdir()
    assert folder == Path(expected)
