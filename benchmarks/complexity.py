"""Parameters and multiply-adds of each module, counted by torch, beside the paper's Table 4.

    python benchmarks/complexity.py [lite r50 r101] [--objects 1] [--memory 8] [--proposals 30]

Multiply-adds are those of convolutions and matrix products, halves of torch's own FLOP count;
sampling, normalization, softmax and NMS are not in it. Those of OPG depend on
how many instances the detector keeps, the others not on the weights, which
are random for r50 and r101.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table
from torch.utils.flop_counter import FlopCounterMode

from models import Precision, Segmenter, load_model
from models.proposals import Proposals
from models.tracking.segmenter import PreparedFrame
from models.utils.clock import Clock
from ovos_cli.benchmarking.published import TABLE_4

MODULES = ("BFE", "OPG", "OTG", "AM", "MRN")


def _clipped_convolution(
    x_shape: list[int], w_shape: list[int], *arguments: object, out_shape: list[int], **_: object
) -> int:
    """FLOP of a convolution with a ReLU6 in it."""
    return 2 * math.prod(w_shape) * math.prod(out_shape[2:]) * x_shape[0]


class FlopClock(Clock):
    """Counts multiply-adds where a clock would count seconds."""

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Count those of a block."""
        # The one product that torch's counter has no formula for.
        clipped = torch.ops.mkldnn._convolution_pointwise
        counter = FlopCounterMode(display=False, custom_mapping={clipped: _clipped_convolution})
        with counter:
            yield
        self.add(name, counter.get_total_flops() / 2)


def boxes_at_random(count: int, height: int, width: int) -> Proposals:
    """Proposals of usual sizes: what the matcher computes depends on their number only."""
    rng = torch.Generator().manual_seed(0)
    corners = torch.rand(count, 2, 2, generator=rng).sort(dim=1).values
    boxes = (corners * torch.tensor([width, height])).flatten(1)
    return Proposals(boxes, torch.rand(count, 28, 28, generator=rng), torch.zeros(count))


def multiply_adds(segmenter: Segmenter, objects: int, memory: int, proposals: int) -> Clock:
    """Those of one frame of 854x480 with a memory of `memory` frames."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (480, 854, 3), np.uint8)
    ids = np.zeros((480, 854), np.uint8)
    for ident in range(1, objects + 1):
        ids[60:420, 20 + 80 * ident : 80 + 80 * ident] = ident
    counted: Clock = FlopClock()
    segmenter.clock = counted
    [prepared] = segmenter.prepare([image])
    shared = {name: counted.total(name) for name in ("BFE", "OPG")}
    ready = PreparedFrame(prepared.features, boxes_at_random(proposals, 480, 854))
    segmenter.step(ready, ids)
    for _ in range(memory - 1):
        segmenter.step(ready)
    counted = FlopClock()
    segmenter.clock = counted
    segmenter.step(ready)
    for name, value in shared.items():
        counted.add(name, value)
    return counted


def main(
    models: Annotated[list[str] | None, typer.Argument(help="Default: lite r50 r101.")] = None,
    objects: int = 1,
    memory: int = 8,
    proposals: int = 30,
) -> None:
    """Count and print."""
    table = Table(
        "",
        *(
            f"{m}\n{unit}"
            for m in models or ("lite", "r50", "r101")
            for unit in ("parameters, M", "multiply-adds, G")
        ),
        "Table 4\ns, R50",
    )
    columns = []
    for name in models or ("lite", "r50", "r101"):
        network = load_model(name, allow_untrained=True, memory_stride=1).network
        segmenter = Segmenter(network, device="cpu", precision=Precision.FP32)
        counted = multiply_adds(segmenter, objects, memory, proposals)
        parts = [getattr(network, part.lower()) for part in MODULES]
        columns.append([sum(p.numel() for p in part.parameters()) / 1e6 for part in parts])
        columns.append([counted.total(part) / 1e9 for part in MODULES])
    for place, part in enumerate(MODULES):
        table.add_row(part, *(f"{c[place]:.2f}" for c in columns), f"{TABLE_4[part]:.3f}")
    table.add_section()
    table.add_row("all", *(f"{sum(c):.2f}" for c in columns), f"{TABLE_4['total']:.3f}")
    table.caption = f"854x480, {objects} object(s), {memory} memory frames, {proposals} proposals"
    Console(width=140).print(table)


if __name__ == "__main__":
    typer.run(main)
