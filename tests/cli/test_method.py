"""What tells two methods apart, so that masks of the one are not taken for the other's."""

from pathlib import Path

import pytest
import torch
from torch import nn

import ovos_cli.benchmarking.method
from models.hub.load import LoadedModel
from models.hub.presets import preset
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator
from models.network import DMNAOA
from ovos_cli.benchmarking.method import ModelMethod


class _Small(MaskRCNNProposalGenerator):
    """Of one layer; its weights say whose it is."""

    def __init__(self, value: float) -> None:
        nn.Module.__init__(self)
        self.layer = nn.Linear(1, 1)
        nn.init.constant_(self.layer.weight, value)
        nn.init.zeros_(self.layer.bias)


def test_a_models_own_mask_rcnn_is_told_from_torchvisions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    network = DMNAOA(preset("lite"))
    tuned, published = _Small(1.0), _Small(2.0)

    def load(*_: object, source: str | None, **__: object) -> LoadedModel:
        network.opg = published if source else tuned
        return LoadedModel(network, Path("mine"), "0" * 64, "maskrcnn-r50")

    monkeypatch.setattr(ovos_cli.benchmarking.method, "load_model", load)

    def settings(label: str, proposals: str | None = None) -> dict[str, object]:
        # The label is no setting; with it, no other test meets these in the cache.
        return ModelMethod(proposals=proposals, device="cpu", label=label).settings()

    own, given = settings("own"), settings("given", "maskrcnn-r50")
    assert own["proposals"] == given["proposals"] == "maskrcnn-r50"
    assert own != given
    torch.nn.init.constant_(published.layer.weight, 1.0)
    assert settings("equal", "maskrcnn-r50") == own  # nothing but content counts
    # Files are put in for each video; until then the model's own is there, and says nothing.
    assert "proposals_sha256" not in settings("files", f"files:{tmp_path}")
