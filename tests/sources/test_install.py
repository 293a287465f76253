"""Another source of proposals in a network, and networks without one of their own."""

from pathlib import Path

import pytest
import torch

from models.config import ModelConfig, ProposalSource
from models.errors import InputError
from models.hub.presets import preset
from models.hub.weights_file import load_network, read_weights, save_weights
from models.network import DMNAOA
from models.proposals import Origin
from models.sources.install import generator_of, stored_in, use_source
from models.sources.names import SourceName
from models.tracking.geometry import Geometry
from tests.sources.test_stored import SIZE, _disks, write_npz

GEOMETRY = Geometry.fit(SIZE, 96)


def test_a_network_trained_on_proposals_from_elsewhere_keeps_none_and_needs_a_source(
    tmp_path: Path,
) -> None:
    source = SourceName.parse(f"files:{tmp_path}")
    config = preset("lite").replace(proposals=generator_of(source))
    network = DMNAOA(config)
    assert not any(name.startswith("opg.") for name in network.state_dict())
    save_weights(network, tmp_path / "w.safetensors", {})
    info, tensors = read_weights(tmp_path / "w.safetensors")
    again = load_network(tmp_path / "w.safetensors", tensors, info.config)
    frames = torch.zeros(1, 3, *GEOMETRY.padded)
    origin = Origin(("00000",), GEOMETRY)
    with pytest.raises(InputError, match="say with --proposals"):
        again.propose(frames, again.bfe(frames), origin)

    write_npz(tmp_path, "00000", _disks())
    use_source(again, source)
    assert len(again.propose(frames, again.bfe(frames), origin)[0]) == 2
    # Files are no part of the network: what is saved stays what it was.
    assert set(again.state_dict()) == set(network.state_dict())
    stored = stored_in(again)
    assert stored is not None
    stored.refuse_foreign(["00000"])
    with pytest.raises(InputError, match="proposals of 1 frames, but the video has 0"):
        stored.refuse_foreign([])
    with pytest.raises(InputError, match="no proposals of the frame '00001'"):
        stored.cover(["00000", "00001"])


def test_files_are_looked_up_by_name_and_cannot_be_used_without(tmp_path: Path) -> None:
    write_npz(tmp_path, "00000", _disks())
    network = DMNAOA(preset("lite"))
    use_source(network, SourceName.parse(f"files:{tmp_path}"))
    frames = torch.zeros(1, 3, *GEOMETRY.padded)
    with pytest.raises(InputError, match="have no names"):
        network.propose(frames, network.bfe(frames))


def test_every_source_has_its_word_in_the_configuration() -> None:
    named = {text: generator_of(SourceName.parse(text)) for text in (
        "lite", "maskrcnn-r50", "maskrcnn-r50-v2", "files:x", "detectron2:x")}  # fmt: skip
    assert set(named.values()) == set(ProposalSource)
    for own in ProposalSource:
        config = preset("r50").replace(proposals=own)
        assert ModelConfig.from_dict(config.to_dict()) == config
