"""The rows of the paper's Table 3, and of what this implementation adds."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from models import MemoryPolicy
from models.errors import InputError
from ovos_cli.benchmarking.method import ModelMethod
from ovos_cli.benchmarking.published import TABLE_3
from ovos_cli.evaluation.tables import scope


@dataclass(frozen=True)
class Row:
    """One row: what it is called and what it changes of the full model."""

    title: str
    changes: tuple[str, ...] = ()
    memory: MemoryPolicy | None = None


FULL, EXTENSIONS = "F0", "E"
ROWS = {
    FULL: Row("Full"),
    "A1": Row("Base", ("use_dmn=false", "use_aoa=false")),
    "A2": Row("Base w/ DMN", ("use_aoa=false",)),
    "A3": Row("Base w/ AOA", ("use_dmn=false",)),
    "A4": Row("Full w/ FrameMem", ("object_memory=false",)),
    "A5": Row("Full w/o Matcher", ("use_matcher=false",)),
    "A6": Row("Full w/o RefineNet", ("use_refinement=false",)),
    "B1": Row("First frame only", memory=MemoryPolicy.FIRST),
    "B2": Row("Previous frame only", memory=MemoryPolicy.PREVIOUS),
    "B3": Row("First+previous frames", memory=MemoryPolicy.FIRST_PREVIOUS),
    "B4": Row("All past frames", memory=MemoryPolicy.ALL),
}
"""Table 3 A and B: one checkpoint serves them all."""
CHECKPOINT_ROWS = {
    "C1": "Main training only",
    "C2": "Pre-training only",
    "D1": "Proposals tuned on DAVIS",
    "D2": "Proposals tuned without YouTube-VOS",
}
"""Table 3 C and D: each needs weights of its own."""
EXTENSION_ROWS = {
    "E1": Row("no proposals, template masks only", ("max_proposals=0",)),
    "E2": Row("no coarse mask at all", ("max_proposals=0", "template_proposal=false")),
    "E3": Row("without null column", ("null_column=false",)),
    "E4": Row("without template proposal, and so its agreement", ("template_proposal=false",)),
    "E5": Row("without any overlap in the cost", ("matching_iou_weight=0.0",)),
    "E6": Row("without locality", ("locality=false",)),
    "E7": Row("without guard", ("guard=0.0",)),
    "E8": Row("without the template's agreement", ("template_agreement=0.0",)),
    "E9": Row("without recency", ("recency=0.0",)),
    "E10": Row("without the first frame's floor", ("first_floor=0.0",)),
    "E11": Row("without context around regions", ("roi_context=1.0",)),
    "E12": Row("without the refinement's memory", ("refine_memory=0",)),
    "E13": Row("without the null column's overlap", ("null_overlap=0.0",)),
}
"""What the lite model has beyond the paper, switched off; run when named in `--rows`.

Each of E3 to E13 is one field of the configuration, and that alone.

`likeness` has no row: it widens the refinement, so a model without it has weights of its own.
"""


def ablation_methods(
    full: ModelMethod, rows: str | None, checkpoints: list[str]
) -> dict[str, ModelMethod]:
    """The methods to run, by row.

    Args:
        full: the model with the options given.
        rows: names by comma (`A2,B1`), letters for all rows of a group (`A,E`), `all`, or None
            for the paper's A and B.
        checkpoints: texts `C1=PATH`, weights of a row of Table 3 C or D.

    Raises:
        InputError: a row does not exist, or a checkpoint is not of that form.
    """
    known = ROWS | EXTENSION_ROWS
    groups = {"all": list(known)} | {
        letter: [name for name in known if name.startswith(letter)] for letter in "ABE"
    }
    asked = [r.strip() for r in rows.split(",") if r.strip()] if rows is not None else list(ROWS)
    names = [name for row in asked for name in groups.get(row, [row])]
    unknown = [n for n in names if n not in known]
    if unknown:
        raise InputError(
            f"--rows: there is no row {', '.join(unknown)}; there are: {', '.join(known)}, "
            f"A, B, E, all ({', '.join(CHECKPOINT_ROWS)} take weights: --checkpoint C1=FILE)"
        )
    # The full model first: the others are read against it.
    methods = {n: _changed(full, known[n], n) for n in dict.fromkeys([FULL, *names])}
    for text in checkpoints:
        name, _, path = text.partition("=")
        if name not in CHECKPOINT_ROWS or not path:
            raise InputError(
                f"--checkpoint does not understand '{text}'; write ROW=FILE, "
                f"with a row of {', '.join(CHECKPOINT_ROWS)}"
            )
        methods[name] = replace(full, weights=Path(path), label=name)
    return methods


def ablation_table(records: dict[str, dict[str, Any]]) -> Table:
    """Measured and published figures side by side, and what each row loses to the full model."""
    table = Table(
        title=f"Table 3 on {scope(records[FULL])}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("row", no_wrap=True)
    table.add_column("setting")
    for name in ("J", "F", "J&F", "lost", "s"):
        table.add_column(name, justify="right")
    # Rows of the extensions alone have nothing of the paper's to stand beside.
    others = [name for name in records if name != FULL]
    beside = not others or any(name[0] != EXTENSIONS for name in others)
    for name in ("paper\nJ", "F", "J&F", "lost", "s") if beside else ():
        table.add_column(name, justify="right")
    titles = {n: r.title for n, r in (ROWS | EXTENSION_ROWS).items()} | CHECKPOINT_ROWS
    full, paper_full = records[FULL]["measures"]["J&F-Mean"], TABLE_3[FULL][2]
    group = FULL[0]
    for name, record in records.items():
        if name[0] != group:
            table.add_section()
            group = name[0]
        ours = [record["measures"][k] for k in ("J-Mean", "F-Mean", "J&F-Mean")]
        # Adding zero turns a rounded -0.000 into 0.000.
        cells = [f"{v:.3f}" for v in (*ours, round(full - ours[2], 3) + 0.0)]
        timing = record["timing"]
        cells.append(f"{timing['modules']['total']['mean']:.2f}" if timing else "-")
        if beside and name in TABLE_3:
            *published, seconds = TABLE_3[name]
            cells += [f"{v:.3f}" for v in (*published, paper_full - published[2])]
            cells.append(f"{seconds:.2f}")
        table.add_row(name, titles[name], *cells)
    paper = " paper: ResNet-50 on DAVIS-2017 val." if beside else ""
    table.caption = f"measured: one set of weights for F0, A, B and E.{paper} s: seconds per frame"
    if "A5" in records and not records[FULL]["settings"]["config"]["template_proposal"]:
        table.caption += (
            ". A5 decodes its masks from the templates; template_proposal is false, and where it "
            "was in training too, nothing taught that decoder, and A5's figures mean nothing"
        )
    table.caption_justify = "left"
    return table


def _changed(full: ModelMethod, row: Row, name: str) -> ModelMethod:
    if row.memory is None:
        return replace(full, changes=(*full.changes, *row.changes), label=name)
    # Settings win over options: one of the policy would make each of these rows the same.
    mine = {"memory_policy"} | ({"memory_max"} if row.memory is MemoryPolicy.ALL else set())
    kept = tuple(c for c in full.changes if c.partition("=")[0] not in mine)
    changed = replace(full, changes=kept, memory_policy=row.memory, label=name)
    return replace(changed, memory_max=None) if row.memory is MemoryPolicy.ALL else changed
