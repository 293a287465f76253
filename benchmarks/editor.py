"""How soon the editor answers while it follows, and what that costs what it follows.

    python benchmarks/editor.py [--clicks 20] [--size 480]

`ovos edit` is a process of its own, on the sample with its three objects, and is asked over HTTP as
the page asks. While it follows them, new objects are clicked, each at another place, in frames
whose features are there; then the same places are pointed at without a pause, as a hand that hovers
does. Beside it: how fast is followed meanwhile, and while nobody does anything.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.request import Request, urlopen

import numpy as np
import typer
from PIL import Image

SAMPLES = Path(__file__).parent.parent / "sample_videos"
_FRAMES = (6, 44, 90, 131)
"""That are clicked in: some of those with masks drawn by hand, and objects are known there."""
_OTHER = 9
"""An object that is none of the three."""
_THINKING = 0.4
"""Seconds between two clicks of a person."""


class Editor:
    """The server, asked as its page asks."""

    def __init__(self, url: str) -> None:
        found = re.fullmatch(r"(http://.*?/)\?token=(.*)", url)
        assert found is not None
        self._root, self._token = found.groups()

    def ask(self, method: str, path: str, said: Any = None) -> bytes:
        """What is answered; said: JSON, or bytes."""
        body = said if isinstance(said, bytes | None) else json.dumps(said).encode()
        request = Request(
            f"{self._root}api/{path}", body, {"X-Ovos-Token": self._token}, method=method
        )
        with urlopen(request, timeout=120) as answer:
            content: bytes = answer.read()
            return content

    def click(self, frame: int, x: int, y: int, *, preview: bool) -> float:
        """Seconds to the answer."""
        point = {"x": x, "y": y, "inside": True}
        said = {"frame": frame, "object": _OTHER, "clicks": [point], "preview": preview}
        began = time.perf_counter()
        self.ask("POST", "click", said)
        return time.perf_counter() - began

    def following(self) -> dict[str, Any]:
        """How far it is."""
        found: dict[str, Any] = json.loads(self.ask("GET", "shot"))["following"]
        return found


@contextmanager
def _editor(size: int) -> Iterator[Editor]:
    """The editor on the sample, and its three objects given."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ovos_cli", "edit", str(SAMPLES / "bunny.mp4")]
        command += ["--out", f"{folder}/shot", "--size", str(size), "--no-browser"]
        wide = os.environ | {"COLUMNS": "200"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=wide) as process:
            try:
                assert process.stdout is not None
                line = next(line for line in process.stdout if "http" in line)
                editor = Editor(line.split()[-1])
                given = (SAMPLES / "bunny_objects.png").read_bytes()
                editor.ask("POST", "upload?frame=0", given)
                yield editor
            finally:
                process.kill()


def _places(count: int) -> list[tuple[int, int, int]]:
    """(frame, x, y) of pixels of objects, the same each time."""
    random, found = np.random.default_rng(0), []
    for n in range(count):
        frame = _FRAMES[n % len(_FRAMES)]
        with Image.open(SAMPLES / f"truth/{frame:05d}.png") as truth:
            ys, xs = np.nonzero(np.array(truth))
        at = random.integers(len(xs))
        found.append((frame, int(xs[at]), int(ys[at])))
    return found


def _answers(size: int, count: int, kind: str) -> tuple[list[float], float]:
    """Seconds to each answer while it is followed, and frames a second that are followed."""
    with _editor(size) as editor:
        for frame in _FRAMES:  # made ready
            editor.click(frame, 0, 0, preview=False)
        editor.ask("POST", "follow", {})
        while editor.following()["done"] < 2:
            time.sleep(0.05)
        began, before = time.perf_counter(), editor.following()["done"]
        seconds = []
        for place in _places(count):
            if kind != "nothing":
                seconds.append(editor.click(*place, preview=kind == "hovering"))
            if kind != "hovering":
                time.sleep(_THINKING)
        now = editor.following()
        if now["state"] != "running":
            raise SystemExit("all was followed before all was clicked: ask for fewer --clicks")
        return seconds, (now["done"] - before) / (time.perf_counter() - began)


def main(
    clicks: Annotated[int, typer.Option(min=2)] = 20,
    size: Annotated[int, typer.Option(min=32)] = 480,
) -> None:
    """Measure and print."""
    for kind in ("nothing", "clicking", "hovering"):
        load = os.getloadavg()[0]
        seconds, speed = _answers(size, clicks, kind)
        text = f"{kind} (load before {load:.1f}): {speed:.2f} frames/s are followed"
        if seconds:
            ordered = sorted(seconds)
            text += f"; {len(ordered)} answers, median {statistics.median(ordered):.2f} s, "
            text += f"the slowest tenth from {ordered[int(0.9 * len(ordered))]:.2f} s"
        print(text, flush=True)


if __name__ == "__main__":
    typer.run(main)
