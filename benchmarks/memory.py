"""Resident memory of `ovos segment` along a long video: it should not grow.

    python benchmarks/memory.py [--frames 2000] [-- OPTIONS OF ovos segment]

Loops the sample into one long file, runs the command on it, and reads the process's resident
memory from outside (Linux) whenever another hundred masks are there.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import av
import typer

SAMPLES = Path(__file__).parent.parent / "sample_videos"


def _loop(target: Path, frames: int) -> None:
    """Write the sample's frames forward and backward until there are enough."""
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


def _resident(process: int) -> float:
    """MiB of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def main(
    options: Annotated[list[str] | None, typer.Argument(help="For ovos segment.")] = None,
    frames: int = 2000,
    early: Annotated[int, typer.Option(help="Compare with this frame.")] = 200,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        video, out = Path(temporary) / "long.mp4", Path(temporary) / "out"
        _loop(video, frames)
        command = [sys.executable, "-m", "ovos_cli", "segment", str(video), "--quiet"]
        command += ["--mask", str(SAMPLES / "bunny.png"), "--out", str(out)]
        process = subprocess.Popen([*command, "--memory-max", "50", *(options or [])])
        seen: dict[int, float] = {}
        step = 100
        while process.poll() is None:
            time.sleep(0.2)
            done = len(list((out / "masks").glob("*.png"))) if out.exists() else 0
            mark = done // step * step
            if mark and mark not in seen:
                seen[mark] = _resident(process.pid)
                typer.echo(f"frame {mark:5d}: {seen[mark]:7.1f} MiB resident")
        if process.returncode:
            raise SystemExit(process.returncode)
    last = max(seen)
    typer.echo(f"frame {last} over frame {early}: {seen[last] / seen[early]:.3f}")


if __name__ == "__main__":
    typer.run(main)
