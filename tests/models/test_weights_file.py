"""Weights on disk: round trip, configuration, damage."""

import json
from pathlib import Path

import pytest
import timm
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from models.config import BACKBONES, MemoryPolicy, ModelConfig
from models.errors import InputError
from models.hub.load import load_model
from models.hub.presets import PRESETS, preset
from models.hub.weights_file import read_weights


@pytest.mark.parametrize("name", list(PRESETS))
def test_configs_survive_json(name: str) -> None:
    config = preset(name)
    assert ModelConfig.from_dict(config.to_dict()) == config


def test_settings_are_read_by_type() -> None:
    config = preset("lite").override(
        ["use_aoa=false", "memory_policy=all", "max_proposals=5", "proposal_nms=0.5"]
    )
    assert (config.use_aoa, config.memory_policy) == (False, MemoryPolicy.ALL)
    assert (config.max_proposals, config.proposal_nms) == (5, 0.5)


@pytest.mark.parametrize(
    ("setting", "message"),
    [("norm_groups=7", "no model of this configuration"), ("backbone=nope", "none that ovos")],
)
def test_settings_that_no_network_has_are_refused(
    untrained: Path, setting: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_model("lite", untrained, [setting])
    with pytest.raises(InputError, match=message):
        load_model("r50", None, [setting], allow_untrained=True)


@pytest.mark.parametrize("name", ["hf-hub:somebody/something", "vit_base_patch16_224", ""])
def test_a_file_cannot_name_any_backbone(untrained: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "other.safetensors"
    config = preset("lite").to_dict() | {"backbone": name}
    with safe_open(untrained, framework="pt") as file:
        metadata = file.metadata() | {"config": json.dumps(config)}
    save_file({"x": torch.zeros(2)}, path, metadata)
    listed = "one of resnet18, .*tf_efficientnet_lite4"
    with pytest.raises(InputError, match=rf"other\.safetensors cannot be used: .*{listed}"):
        read_weights(path)


def test_allowed_backbones_have_the_strides_that_are_read() -> None:
    for name in BACKBONES:
        with torch.device("meta"):
            backbone = timm.create_model(name, features_only=True, out_indices=(1, 2, 3))
        assert backbone.feature_info.reduction() == [4, 8, 16], name


def test_loading_gives_the_saved_numbers_to_half_precision(untrained: Path) -> None:
    info, tensors = read_weights(untrained)
    assert info.config == preset("lite")
    network = load_model("lite", untrained).network
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, tensors[name].to(value.dtype))
    assert not network.training


def test_ablations_load_the_same_file(untrained: Path) -> None:
    network = load_model("lite", untrained, ["null_column=false"], use_dmn=False).network
    assert network.otg.fixed and not network.am.null_column


def test_damage_and_strangers_are_named(untrained: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(untrained.read_bytes()[:1000])
    with pytest.raises(InputError, match="damaged"):
        load_model("lite", cut)
    save_file({"x": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="no ovos model"):
        load_model("lite", tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="do not fit"):
        load_model("lite", untrained, ["projection_channels=32"])
    with pytest.raises(InputError, match="choose one of: lite, r50, r101"):
        load_model("r18")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "its configuration is missing"),
        ({"config": '{"name": '}, "its configuration is no JSON"),
        ({"config": "[1, 2]"}, "its configuration is no table of settings"),
        ({"config": '{"nonsense": 1}'}, "unknown keys: nonsense"),
        ({"config": "{}"}, "cannot be used"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_named(
    tmp_path: Path, config: dict[str, str], message: str
) -> None:
    path = tmp_path / "a.safetensors"
    save_file({"x": torch.zeros(2)}, path, {"format": "ovos-1", **config})
    with pytest.raises(InputError, match=message):
        read_weights(path)


def _with_version(source: Path, target: Path, version: str | None) -> Path:
    with safe_open(source, framework="pt") as file:
        metadata = dict(file.metadata())
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    metadata.pop("config_version")
    save_file(tensors, target, metadata | ({"config_version": version} if version else {}))
    return target


def test_files_of_older_versions_load_and_those_of_newer_ones_are_refused(
    untrained: Path, tmp_path: Path
) -> None:
    config = read_weights(untrained)[0].config
    assert read_weights(_with_version(untrained, tmp_path / "old", None))[0].config == config
    with pytest.raises(InputError, match="newer ovos"):
        read_weights(_with_version(untrained, tmp_path / "new", "99"))
