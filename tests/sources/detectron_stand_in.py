"""detectron2 as far as it is asked, with a model of a backbone and a head."""

import runpy
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml
from torch import nn

from models.sources import detectron, detectron_config


class _Settings(SimpleNamespace):
    """As much of a YAML configuration as is read; a file replaces MODEL.WEIGHTS."""

    def merge_from_file(self, file: str, *, allow_unsafe: bool) -> None:
        assert not allow_unsafe
        self.MODEL.WEIGHTS = yaml.safe_load(Path(file).read_text())["MODEL"]["WEIGHTS"]


def _load(file: str) -> dict[str, Any]:
    """The dictionaries that a Python configuration defines."""
    return {k: v for k, v in runpy.run_path(file).items() if isinstance(v, Mapping)}


def _instantiate(node: dict[str, Any]) -> Any:
    return node["_target_"](**{k: v for k, v in node.items() if k != "_target_"})


def parts() -> nn.ModuleDict:
    """A model of a backbone and a head."""
    return nn.ModuleDict({"backbone": nn.BatchNorm2d(2), "head": nn.Linear(2, 2)})


def stand_in(
    monkeypatch: pytest.MonkeyPatch, load: Callable[[nn.Module, str], None] = lambda *_: None
) -> nn.Module:
    """Let `load` be the checkpointer's; gives the model that a YAML configuration builds."""
    model = parts()
    model.register_buffer("pixel_mean", torch.ones(3))
    settings = _Settings(
        MODEL=SimpleNamespace(MASK_ON=True, ROI_HEADS=SimpleNamespace()),
        TEST=SimpleNamespace(),
        INPUT=SimpleNamespace(FORMAT="BGR"),
    )
    package = SimpleNamespace(
        config=SimpleNamespace(
            get_cfg=lambda: settings,
            LazyConfig=SimpleNamespace(load=_load),
            instantiate=_instantiate,
        ),
        modeling=SimpleNamespace(build_model=lambda settings: model),
        checkpoint=SimpleNamespace(
            DetectionCheckpointer=lambda model: SimpleNamespace(load=partial(load, model))
        ),
    )
    for module in (detectron, detectron_config):
        monkeypatch.setattr(module, "import_detectron2", lambda: package)
    return model
