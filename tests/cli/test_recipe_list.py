"""`ovos train` alone: what there is to train."""

import sys

import pytest
from typer.testing import CliRunner

from ovos_cli.app import app
from tests.conftest import ROOT


def test_recipes_are_listed_without_what_training_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "models.training.recipe", None)
    result = CliRunner().invoke(app, ["train"], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    for recipe in (ROOT / "recipes").glob("*.toml"):
        assert recipe.stem in result.output
    assert "takes about" in result.output and "five days of two V100" in result.output
    assert "ovos train demo" in result.output and "ovos train lite-finetune" in result.output
