"""One method over the sample, in a process of its own; started by `against.py`.

    python benchmarks/follow.py ORDER.json RESULT.json

ORDER names the method, its checkout, model, size and weights, the video, the mask and the number of
frames. RESULT gets the seconds of every frame. Frames are decoded and in memory before the first.
"""

import json
import os
import sys
import time
from importlib import import_module
from itertools import islice
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command has it

from ovos_cli.masks.first_mask import read_first_mask
from ovos_cli.media.open_source import open_source


def main(order: Path, result: Path) -> None:
    """Follow; write the seconds to a JSON file."""
    asked = json.loads(order.read_text())
    frames = [f.image for f in islice(open_source(Path(asked["video"])), asked["frames"])]
    mask = read_first_mask(Path(asked["mask"])).ids
    weights = Path(asked["weights"]) if asked["weights"] else None
    step = import_module(f"neighbours.{asked['method']}").follower(
        Path(asked["checkout"]), asked["model"], asked["size"], weights
    )
    seconds = []
    for index, frame in enumerate(frames):
        started = time.perf_counter()
        step(frame, None if index else mask)
        seconds.append(time.perf_counter() - started)
    result.write_text(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
