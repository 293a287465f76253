"""Rows of Table 3, baselines beside the model, and what is refused."""

import inspect
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
import torch
from rich.console import Console
from typer.testing import CliRunner

from models import MemoryPolicy, ModelConfig
from models.errors import InputError
from models.hub.presets import preset
from models.network import DMNAOA
from ovos_cli.app import app
from ovos_cli.benchmarking.ablation import (
    EXTENSION_ROWS,
    ROWS,
    ablation_methods,
    ablation_table,
)
from ovos_cli.benchmarking.comparison import comparison_table
from ovos_cli.benchmarking.method import ModelMethod
from ovos_cli.benchmarking.published import CATEGORIES, SCORES, TABLE_3, TABLE_4
from tests.trees import davis_tree, youtube_tree

SMALL = ["--size", "64", "--device", "cpu"]


def test_every_row_of_the_paper_has_its_figures() -> None:
    assert set(ROWS) <= set(TABLE_3)
    for j, f, both, _ in TABLE_3.values():
        assert (j + f) / 2 == pytest.approx(both, abs=6e-4)
    parts = [v for k, v in TABLE_4.items() if k != "total"]
    assert sum(parts) == pytest.approx(TABLE_4["total"])


def test_rows_change_what_they_name(untrained: Path) -> None:
    full = ModelMethod(weights=untrained, changes=("guard=0.0",))
    methods = ablation_methods(full, None, [])
    assert list(methods) == list(ROWS)
    base = methods["F0"].loaded().network.config
    expected = {
        "A1": {"use_dmn": False, "use_aoa": False},
        "A2": {"use_aoa": False},
        "A3": {"use_dmn": False},
        "A4": {"object_memory": False},
        "A5": {"use_matcher": False},
        "A6": {"use_refinement": False},
        "B1": {"memory_policy": MemoryPolicy.FIRST},
        "B2": {"memory_policy": MemoryPolicy.PREVIOUS},
        "B3": {"memory_policy": MemoryPolicy.FIRST_PREVIOUS},
        "B4": {"memory_policy": MemoryPolicy.ALL, "memory_max": None},
    }
    for name, changes in expected.items():
        assert methods[name].loaded().network.config == base.replace(**changes), name
    assert base.guard == 0
    set_by_hand = ("memory_policy=all", "memory_max=8")
    methods = ablation_methods(replace(full, changes=set_by_hand), None, [])
    policies = [methods[n].loaded().network.config.memory_policy for n in ("F0", "B1", "B2")]
    assert policies == [MemoryPolicy.ALL, MemoryPolicy.FIRST, MemoryPolicy.PREVIOUS]
    limits = [methods[n].loaded().network.config.memory_max for n in ("F0", "B1", "B4")]
    assert limits == [8, 8, None]
    every = ablation_methods(full, "all", [])
    assert set(every) == {*ROWS, *EXTENSION_ROWS}
    assert every["E3"].loaded().network.config.null_column is False
    assert list(ablation_methods(full, "E", [])) == ["F0", *EXTENSION_ROWS]
    assert list(ablation_methods(full, "E3,B,E3", [])) == ["F0", "E3", "B1", "B2", "B3", "B4"]


def test_every_extension_that_lites_weights_can_do_without_has_a_row() -> None:
    source = inspect.getsource(ModelConfig)
    extensions = re.findall(r'^    (\w+): [^\n]*\n    """Extension: ', source, re.MULTILINE)
    assert len(extensions) == source.count('"""Extension: ') > 0
    lite, paper = preset("lite"), preset("r50")
    off = {lite.override(list(row.changes)) for row in EXTENSION_ROWS.values()}
    shapes = _shapes(lite)
    for name in extensions:
        value = getattr(paper, name)
        without = lite.replace(**{name: value})
        if value == getattr(lite, name):
            continue
        assert (without in off) == (_shapes(without) == shapes), name


def _shapes(config: ModelConfig) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in DMNAOA(config).state_dict().items()}


def test_checkpoints_are_rows_of_c_and_d(untrained: Path) -> None:
    methods = ablation_methods(ModelMethod(), "A2", [f"C1={untrained}"])
    assert list(methods) == ["F0", "A2", "C1"]
    assert methods["C1"].weights == untrained and methods["A2"].weights is None
    for text in ("A1=x", "C1", "C9=x"):
        with pytest.raises(InputError, match="ROW=FILE"):
            ablation_methods(ModelMethod(), None, [text])
    with pytest.raises(InputError, match="no row Z9"):
        ablation_methods(ModelMethod(), "A1,Z9", [])


def _run(root: Path, *options: object, status: int = 0) -> str:
    arguments = ["benchmark", "--dataset", "davis17", "--root", root, *SMALL, *options]
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "120"})
    assert result.exit_code == status, result.output
    return result.output


def test_tables_stand_beside_the_papers(untrained: Path, tmp_path: Path) -> None:
    root, out = davis_tree(tmp_path / "d", frames=3), tmp_path / "o"
    options = ["--weights", untrained, "-o", out, "--ablation", "--rows", "A2,B1,E2"]
    options += ["--checkpoint", f"C2={untrained}", "--baseline", "flow", "--baseline", "first-mask"]
    output = _run(root, *options)
    records = {
        name: json.loads((out / name / "results.json").read_text())
        for name in (".", *(f"ablation/{r}" for r in ("A2", "B1", "C2", "E2")))
    }
    for name, record in records.items():
        assert f"{record['measures']['J&F-Mean']:.3f}" in output, name
    assert records["ablation/A2"]["settings"]["config"]["use_aoa"] is False
    assert records["ablation/B1"]["settings"]["config"]["memory_policy"] == "first"
    assert records["ablation/C2"]["measures"] == records["."]["measures"]
    for figure in ("0.813", "0.805", "0.799", "0.679"):  # the paper's F0, A2, B1, C2
        assert figure in output
    kept = json.loads((out / "baselines/first-mask/results.json").read_text())
    assert kept["model"] is None and kept["settings"]["baseline"] == "first mask kept"
    assert f"{kept['measures']['J-Mean']:.3f}" in output
    for words in ("baseline: first mask kept", "unoptimised", "DMN-AOA R50 (paper)"):
        assert words in output
    assert "template_proposal is false" not in output
    # Nothing is run twice.
    again = _run(root, *options)
    assert again.count("2 of 2 sequences were run before") == 7


@pytest.mark.parametrize("taught", [True, False])
def test_a5_of_an_untaught_decoder_is_marked(taught: bool) -> None:
    measures = {"J-Mean": 0.5, "F-Mean": 0.5, "J&F-Mean": 0.5}
    record = {"dataset": "davis17", "split": "val", "sequences": {}, "measures": measures}
    record |= {"settings": {"config": {"template_proposal": taught}}, "timing": None}
    caption = str(ablation_table({"F0": record, "A5": record}).caption)
    assert ("A5's figures mean nothing" in caption) != taught
    assert "A5" not in str(ablation_table({"F0": record}).caption)


def test_rows_of_extensions_alone_stand_beside_nothing_of_the_papers() -> None:
    measures = {"J-Mean": 0.5, "F-Mean": 0.5, "J&F-Mean": 0.5}
    record = {"dataset": "davis17", "split": "val", "sequences": {}, "measures": measures}
    record |= {"settings": {"config": {"template_proposal": True}}, "timing": None}
    alone = ablation_table({"F0": record, "E3": record})
    assert len(alone.columns) == 7 and "paper" not in str(alone.caption)
    for rows in ("F0", "E3", "A1"), ("F0", "C1"), ("F0",):
        assert len(ablation_table(dict.fromkeys(rows, record)).columns) == 12


def test_published_figures_are_of_the_validation_split() -> None:
    measures = {"J-Mean": 0.5, "F-Mean": 0.5, "J&F-Mean": 0.5}
    record = {"dataset": "davis17", "sequences": {}, "measures": measures, "settings": {}}
    record |= {"method": "lite", "timing": None}
    assert comparison_table([{**record, "split": "val"}]).row_count > 2
    train = comparison_table([{**record, "split": "train"}])
    assert train.row_count == 1 and "unoptimised" in str(train.caption)


def test_youtube_stands_beside_the_papers_seen_and_unseen_categories() -> None:
    names = ("J-Mean", "F-Mean", "J&F-Mean", "J-Seen", "J-Unseen", "F-Seen", "F-Unseen", "G")
    record = {"dataset": "ytvos18", "split": "val", "sequences": {}, "settings": {}}
    record |= {"measures": dict.fromkeys(names, 0.5), "method": "lite", "timing": None}
    console = Console(width=160, record=True, file=StringIO())
    console.print(comparison_table([record]))
    text = console.export_text()
    paper = next(line for line in text.splitlines() if "DMN-AOA R101" in line)
    assert paper.split()[3:] == [*("-", "-", "-", "0.826", "0.767", "0.870", "0.848", "0.827", "-")]
    for values in CATEGORIES.values():  # G is their mean, as printed to a thousandth
        assert any(abs(sum(values) / 4 - s[2]) < 0.001 for s in SCORES["ytvos18"].values())


def test_options_that_need_others(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.cli.test_benchmark import _main

    root = davis_tree(tmp_path / "d")
    out = ["--weights", untrained, "--out", tmp_path / "o"]
    status, said = _main(monkeypatch, root, *out, "--rows", "A1")
    assert status == 2 and "add --ablation" in said
    missing = tmp_path / "missing.safetensors"
    status, said = _main(monkeypatch, root, *out, "--ablation", "--checkpoint", f"C1={missing}")
    assert status == 2 and "missing.safetensors does not exist" in said
    assert not list((tmp_path / "o").rglob("*.png"))
    youtube = youtube_tree(tmp_path / "y")
    options = ["--dataset", "ytvos19", "--baseline", "flow"]
    status, said = _main(monkeypatch, youtube, *out, *options)
    assert status == 2 and "nothing to compare" in said
    short = davis_tree(tmp_path / "s", frames=2)
    status, said = _main(monkeypatch, short, *out, "--ablation")
    assert status == 2 and "too short" in said
