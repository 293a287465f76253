"""One pass of timm's ResNet-50 up to stride 16: the measure that a frame's cost is held against.

    python benchmarks/backbone.py RESULT.json [PASSES]

A batch of one at 480x864, channels last, inference mode; weights and frames in bfloat16 where it is
native, else in float32. Writes CPU and wall seconds a pass.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the command has it

import timm
import torch

from models.utils.device import choose_precision
from models.utils.precision import Precision

_WARM = 3


def main(place: Path, passes: int = 30) -> None:
    """Measure; write the seconds to a JSON file."""
    dtype = choose_precision(Precision.AUTO, torch.device("cpu"))
    network = timm.create_model("resnet50", features_only=True, out_indices=(1, 2, 3))
    network = network.eval().to(dtype=dtype, memory_format=torch.channels_last)
    frame = torch.rand(1, 3, 480, 864).to(dtype=dtype, memory_format=torch.channels_last)
    with torch.inference_mode():
        for _ in range(_WARM):
            network(frame)
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(passes):
            network(frame)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    place.write_text(json.dumps({"cpu": cpu / passes, "wall": wall / passes, "dtype": str(dtype)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
