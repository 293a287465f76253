"""What each part is worth: `dev_scores.py` with one part switched off at a time.

    python benchmarks/ablation.py ROOT SPLIT [--weights FILE] [--rows "full,without DMN"]

The same trained weights serve every row, so a row says what the model loses when it must do
without a part that it was trained with; the paper retrains for each row of its Table 3.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from dev_scores import score_split
from rich.console import Console
from rich.table import Table

ROWS: dict[str, list[str]] = {
    "full": [],
    "without proposals (template masks only)": ["--set", "max_proposals=0"],
    "without matcher (A5)": ["--set", "use_matcher=false"],
    "without DMN (A3)": ["--set", "use_dmn=false"],
    "without AOA (A2)": ["--set", "use_aoa=false"],
    "without RefineNet (A6)": ["--set", "use_refinement=false"],
    "frame memory (A4)": ["--set", "object_memory=false"],
    "no coarse mask at all": [
        *["--set", "max_proposals=0"],
        *["--set", "template_proposal=false"],
    ],
    "memory: first (B1)": ["--memory", "first"],
    "memory: previous (B2)": ["--memory", "previous"],
    "memory: first+previous (B3)": ["--memory", "first+previous"],
    "memory: all (B4)": ["--memory", "all"],
    "without null column": ["--set", "null_column=false"],
    "without template proposal": ["--set", "template_proposal=false"],
    "without previous-mask IoU in the cost": ["--set", "matching_iou_weight=0.0"],
    "without locality": ["--set", "locality=false"],
}


def main(
    root: Annotated[Path, typer.Argument(help="DAVIS root.")],
    split: Annotated[str, typer.Argument(help="A list in ImageSets/2016.")],
    weights: Annotated[Path | None, typer.Option(help="Instead of the package's.")] = None,
    rows: Annotated[str | None, typer.Option(help="Rows to run, by comma.")] = None,
) -> None:
    """Run every row and print J, F, J&F and the J of each sequence."""
    chosen = rows.split(",") if rows else list(ROWS)
    common = ["--weights", str(weights)] if weights else []
    table: Table | None = None
    for row in chosen:
        scores = score_split(root, split, [*common, *ROWS[row]])
        if table is None:
            table = Table("row", "J", "F", "J&F", *scores)
        mean = np.mean(list(scores.values()), axis=0)
        values = [*mean, mean.mean(), *(j for j, _ in scores.values())]
        table.add_row(row, *(f"{v:.3f}" for v in values))
        Console(width=200).print(table)


if __name__ == "__main__":
    typer.run(main)
