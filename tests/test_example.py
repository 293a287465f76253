"""What a newcomer reads and runs first."""

import runpy

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "examples" / "one_video.py"


def test_the_example_is_short_and_shows_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(SCRIPT.read_text().splitlines()) <= 60
    runpy.run_path(str(SCRIPT))["main"](frames=20, size=64)
    lines = capsys.readouterr().out.splitlines()
    assert [int(line.split()[1]) for line in lines] == [*range(20)]
    said = {n: line[11:35].strip() for n, line in enumerate(lines) if line[11:35].strip()}
    assert said == {
        0: "the rabbit is given",
        6: "a stone begins",
        15: "the rabbit is corrected",
        18: "the stone is dropped",
    }
    followed = [line.count(":") // 2 for line in lines]
    assert followed == [1] * 6 + [2] * 12 + [1] * 2
    assert all("confidence {1: 1.0" in lines[n] for n in (0, 15))
    assert "2: 1.0}" in lines[6]
