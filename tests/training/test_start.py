"""What a stage starts from, and whose proposals it then has."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from models.config import ProposalSource
from models.errors import InputError, OvosError
from models.hub.presets import preset
from models.hub.weights_file import UNTRAINED, read_weights, save_weights
from models.modules.external_proposals import ExternalProposals
from models.network import DMNAOA
from models.sources.detectron import Detectron2Proposals
from models.training.build import build_stage
from models.training.recipe import Recipe, StartPart, read_recipe
from models.training.stages import imagenet
from models.training.stages.start import inherited, install, left_random
from tests.conftest import ROOT

CPU = torch.device("cpu")
DETECTRON2 = "model.proposals=detectron2:mask_rcnn.yaml"


def _recipe(name: str, *settings: str) -> Recipe:
    return read_recipe(ROOT / "recipes" / f"{name}.toml", ["start.backbone=", *settings])


@pytest.fixture
def detectron2(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it were installed, with a model that does nothing."""
    monkeypatch.setattr(
        Detectron2Proposals,
        "load",
        classmethod(lambda cls, name, config, folder: cls(torch.nn.Identity(), "RGB", config)),
    )


@pytest.fixture(scope="module")
def without_proposals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a lite that was trained on proposals from elsewhere."""
    path = tmp_path_factory.mktemp("weights") / "external.safetensors"
    save_weights(DMNAOA(preset("lite").replace(proposals=ProposalSource.EXTERNAL)), path, {})
    return path


@pytest.mark.parametrize("name", ["paper-pretrain", "lite-pretrain"])
def test_with_another_source_a_recipes_own_start_of_proposals_is_passed_over(
    name: str, detectron2: None, untrained: Path
) -> None:
    frozen = [f"start.proposals={untrained}", "start.backbone=imagenet"]
    own = [] if name == "paper-pretrain" else frozen
    stage = build_stage(_recipe(name, DETECTRON2, *own), CPU, torch.float32)
    opg = stage.network.opg
    assert isinstance(opg, ExternalProposals) and isinstance(opg.generator, Detectron2Proposals)


@pytest.mark.parametrize(
    ("values", "data"),
    [
        ({"start": {"backbone": "imagenet"}}, ["ImageNet"]),
        ({"start": {"backbone": "coco", "proposals": "coco"}}, ["COCO"]),
        ({"model": {"proposals": "maskrcnn-r50"}}, ["COCO"]),
        ({"model": {"proposals": "detectron2:x.yaml"}}, ["detectron2"]),
        ({}, []),
    ],
)
def test_published_weights_are_named_among_the_data(values: dict, data: list[str]) -> None:
    recipe = {
        "name": "x",
        "stage": "main",
        "data": [{"kind": "davis", "root": "x"}],
        "schedule": {"iterations": 1, "batch": 1, "rate": 1},
    }
    found = inherited(Recipe.model_validate(recipe | values))
    assert len(found["data"]) == len(found["licence"]) == len(data)
    assert all(word in text for word, text in zip(data, found["data"], strict=True))


def test_a_file_without_a_whole_module_is_refused(untrained: Path, tmp_path: Path) -> None:
    with safe_open(untrained, framework="pt") as file:
        notes = file.metadata()
        tensors = {n: file.get_tensor(n) for n in file.keys() if not n.startswith("mrn.")}  # noqa: SIM118
    save_file(tensors, tmp_path / "part.safetensors", notes)
    start = StartPart(weights=str(tmp_path / "part.safetensors"))
    with pytest.raises(InputError, match=r"lacks all of the model's mrn"):
        install(DMNAOA(preset("lite")), start)


def test_a_file_of_the_same_generator_fills_it_whatever_the_source(untrained: Path) -> None:
    network = DMNAOA(preset("lite"))
    name = next(name for name in network.state_dict() if name.startswith("opg."))
    network.state_dict()[name].fill_(7)
    assert install(network, StartPart(weights=str(untrained)), keep_proposals=True)
    assert (network.state_dict()[name] == 7).all()
    assert install(network, StartPart(proposals=str(untrained)), keep_proposals=True)
    expected = read_weights(untrained)[1][name]
    torch.testing.assert_close(network.state_dict()[name], expected.float())


def test_weights_of_the_stage_proposals_say_what_was_left_random() -> None:
    recipe = _recipe("lite-proposals", "start.backbone=imagenet")
    stage = build_stage(recipe, CPU, torch.float32)
    idle = {n.split(".")[1] for n, p in stage.named_parameters() if not p.requires_grad}
    assert idle == {"bfe", "otg", "am", "mrn"}
    said = "template generator, matcher, refinement"
    assert left_random(recipe) == said + " and bottleneck layers"
    other = _recipe("paper-proposals")  # Mask R-CNN trains with a backbone of its own
    assert left_random(other) == said + ", bottleneck layers and backbone"


def test_a_video_stage_takes_the_proposals_alone_of_weights_with_random_parts(
    tmp_path: Path,
) -> None:
    path = tmp_path / "proposals.safetensors"
    save_weights(DMNAOA(preset("lite")), path, {UNTRAINED: "matcher and refinement"})
    for name in ("lite-pretrain", "lite-main"):
        recipe = _recipe(name, "start.proposals=", f"start.weights={path}")
        with pytest.raises(InputError, match=r"so its matcher and refinement are random.*") as told:
            build_stage(recipe, CPU, torch.float32)
        advice = [word for word in str(told.value).split() if word.startswith("start.")]
        build_stage(_recipe(name, *advice), CPU, torch.float32)
    again = _recipe("lite-proposals", f"start.weights={path}")
    build_stage(again, CPU, torch.float32)
    assert left_random(again) == "matcher and refinement"


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("lite-proposals", []),
        ("lite-proposals", ["schedule.backbone_rate=1e-5"]),  # it learns in video stages alone
        ("lite-pretrain", ["start.proposals={untrained}"]),
        ("lite-main", ["start.weights=", "start.proposals={untrained}"]),
        (
            "lite-pretrain",
            [
                "start.proposals={untrained}",
                "schedule.backbone_rate=1e-5",
                "schedule.backbone_from=8",
            ],
        ),
    ],
)
def test_a_backbone_that_would_stay_random_is_refused(
    name: str, settings: list[str], untrained: Path
) -> None:
    recipe = _recipe(name, *(text.format(untrained=untrained) for text in settings))
    with pytest.raises(InputError, match=r"fills the backbone.*start\.backbone=imagenet"):
        build_stage(recipe, CPU, torch.float32)


def test_a_random_backbone_that_learns_is_allowed(untrained: Path) -> None:
    settings = [f"start.proposals={untrained}", "schedule.backbone_rate=1e-5"]
    build_stage(_recipe("lite-pretrain", *settings), CPU, torch.float32)


def test_a_start_that_is_missing_is_said_to_be_unneeded_with_another_source(
    detectron2: None,
) -> None:
    recipe = _recipe("lite-pretrain", DETECTRON2, "start.proposals=runs/nowhere")
    with pytest.raises(InputError, match=r"runs/nowhere does not exist.*add --set start\.prop"):
        build_stage(recipe, CPU, torch.float32)


@pytest.mark.parametrize("name", ["paper-davis", "paper-ytvos", "paper-pretrain"])
def test_a_video_stage_on_a_random_mask_rcnn_is_refused(name: str) -> None:
    recipe = _recipe(name, "start.weights=", "start.proposals=")
    with (
        torch.device("meta"),
        pytest.raises(InputError, match=r'would be random\. Set start\.proposals="coco"'),
    ):
        build_stage(recipe, torch.device("meta"), torch.float32)


def test_a_video_stage_on_lites_random_proposals_is_refused(
    without_proposals: Path, untrained: Path
) -> None:
    recipe = _recipe("lite-main", f"start.weights={without_proposals}")
    with pytest.raises(InputError, match=r"would be random\. Set start\.proposals to a run"):
        build_stage(recipe, CPU, torch.float32)
    build_stage(_recipe("lite-main", f"start.weights={untrained}"), CPU, torch.float32)


def test_the_stage_proposals_cannot_train_a_generator_from_elsewhere(detectron2: None) -> None:
    with pytest.raises(InputError, match=r"detectron2:mask_rcnn\.yaml\) is tuned with its own"):
        build_stage(_recipe("paper-proposals", DETECTRON2), CPU, torch.float32)


def test_coco_weights_for_no_proposals_of_its_own_are_refused() -> None:
    recipe = _recipe("paper-pretrain", "model.settings=['proposals=external']")
    with pytest.raises(InputError, match=r"name their source with model\.proposals"):
        build_stage(recipe, CPU, torch.float32)


def test_other_imagenet_weights_than_the_known_ones_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(imagenet.importlib.util, "find_spec", lambda name: package)
    with pytest.raises(OvosError, match=r"does not hold the known ImageNet weights"):
        imagenet.load_lite2(torch.nn.Identity())
    (tmp_path / "models").mkdir()
    torch.save({"a": torch.zeros(1)}, tmp_path / "models" / "other.pth")
    with pytest.raises(OvosError, match=r"other\.pth does not hold the known ImageNet weights"):
        imagenet.load_lite2(torch.nn.Identity())


def test_what_later_extensions_read_begins_at_zero(tmp_path: Path) -> None:
    """As in weights of version 0.1.0, which knew nothing of it."""
    old = tmp_path / "old.safetensors"
    save_weights(DMNAOA(preset("lite").replace(others=False, ridge=False)), old, {})
    recipe = _recipe("lite-ridge", f"start.weights={old}")
    state = build_stage(recipe, CPU, torch.float32).network.state_dict()
    stored = read_weights(old)[1]
    begun = {name for name in state if name.endswith((".other.weight", ".ridge.weight"))}
    assert begun | {"mrn.ridge.log_strength"} == set(state) - set(stored) and len(begun) == 5
    assert not any(state[name].any() for name in begun)
    assert all(torch.equal(state[name], tensor.float()) for name, tensor in stored.items())
