"""Resident memory of `ovos segment` along a long video: it should not grow.

    python benchmarks/memory.py [--frames 2000] [--later] [--kill] [-- OPTIONS OF ovos segment]

Loops the sample into one long file, runs the command on it, and reads the process's resident
memory from outside (Linux) whenever another hundred frames are gone through. With --later there is
a second mask near the end, so that they are gone through backward too; with --kill the process is
killed in its middle, and another one goes on.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import av
import typer

SAMPLES = Path(__file__).parent.parent / "sample_videos"


def _loop(target: Path, frames: int) -> int:
    """Write the sample's frames forward and backward until there are enough.

    Returns:
        The last of them that is the sample's first.
    """
    with av.open(str(SAMPLES / "bunny.mp4")) as source:
        pictures = [f.to_ndarray(format="yuv420p") for f in source.decode(video=0)]
    there_and_back = pictures + pictures[-2:0:-1]
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.height, stream.width = pictures[0].shape[0] * 2 // 3, pictures[0].shape[1]
        stream.pix_fmt = "yuv420p"
        for index in range(frames):
            picture = there_and_back[index % len(there_and_back)]
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return (frames - 1) // len(there_and_back) * len(there_and_back)


def _passed(out: Path) -> int:
    """How many frames were gone through, in one direction or the other."""
    if not (out / "run.json").exists():
        return 0
    with closing(sqlite3.connect(f"file:{out}/.ovos/shot.sqlite?mode=ro", uri=True)) as base:
        return int(base.execute("select count(*) from found").fetchone()[0])


def _resident(process: int) -> float:
    """MiB of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def main(
    options: Annotated[list[str] | None, typer.Argument(help="For ovos segment.")] = None,
    frames: int = 2000,
    early: Annotated[int, typer.Option(help="Compare with this frame.")] = 200,
    later: Annotated[bool, typer.Option("--later", help="A second mask, near the end.")] = False,
    kill: Annotated[bool, typer.Option("--kill", help="Kill it halfway, and resume.")] = False,
) -> None:
    """Measure and print."""
    ovos = [sys.executable, "-m", "ovos_cli"]
    with tempfile.TemporaryDirectory() as temporary:
        video, out = Path(temporary) / "long.mp4", Path(temporary) / "out"
        end = _loop(video, frames)
        masks = [SAMPLES / "bunny.png", *([f"{end}={SAMPLES / 'bunny.png'}"] if later else [])]
        given = [part for mask in masks for part in ("--mask", str(mask))]
        command = [*ovos, "segment", str(video), "--quiet", *given, "--out", str(out)]
        process = subprocess.Popen([*command, "--memory-max", "50", *(options or [])])
        seen: dict[int, float] = {}
        step, half = 100, frames * (2 if later else 1) // 2
        while process.poll() is None:
            time.sleep(0.2)
            mark = _passed(out) // step * step
            if mark and mark not in seen:
                seen[mark] = _resident(process.pid)
                typer.echo(f"frame {mark:5d}: {seen[mark]:7.1f} MiB resident")
            if kill and mark >= half:
                process.kill()
                process.wait()
                typer.echo("killed")
                process, kill = subprocess.Popen([*ovos, "resume", str(out), "--quiet"]), False
        if process.returncode:
            raise SystemExit(process.returncode)
    last = max(seen)
    typer.echo(f"frame {last} over frame {early}: {seen[last] / seen[early]:.3f}")


if __name__ == "__main__":
    typer.run(main)
