"""Configurations of detectron2, and what is said where it, or one of them, cannot be used."""

import importlib.util
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest

from models.errors import InputError
from models.hub.presets import preset
from models.network import DMNAOA
from models.sources.detectron_config import (
    PAPERS_CONFIG,
    PythonConfiguration,
    YamlConfiguration,
    read_config,
)
from models.sources.install import use_source
from models.sources.names import SourceName
from tests.sources.detectron_stand_in import stand_in

needs_detectron2 = pytest.mark.skipif(
    importlib.util.find_spec("detectron2") is None,
    reason="detectron2 is not installed; it is optional and on no package index",
)
MODEL = """
from torch import nn

class Detector(nn.Module):
    def __init__(self, threshold, mask_on):
        super().__init__()
        self.test_score_thresh, self.test_topk_per_image = threshold, 100
        self.roi_heads = nn.Identity()
        self.roi_heads.mask_on = mask_on

model = dict(_target_=Detector, threshold=0.05, mask_on=MASKS)
train = dict(init_checkpoint="model_final.pkl")
"""


def _python(folder: Path, more: str = "", masks: bool = True) -> str:
    file = folder / "mine.py"
    file.write_text(MODEL.replace("MASKS", str(masks)) + more)
    return str(file)


def test_where_it_is_missing_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "detectron2", None)
    with pytest.raises(InputError, match="--no-build-isolation") as error:
        use_source(DMNAOA(preset("lite")), SourceName.parse(f"detectron2:{PAPERS_CONFIG}"))
    assert "setuptools<81" in str(error.value)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ImportError("undefined symbol: _ZN3c10"), "undefined symbol"),
        (
            ModuleNotFoundError("No module named 'fvcore'", name="fvcore"),
            "No module named 'fvcore'",
        ),
        (AttributeError("module 'PIL.Image' has no attribute 'LINEAR'"), "LINEAR"),
    ],
)
def test_one_that_is_installed_but_broken_is_not_said_to_be_missing(
    error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(MetaPathFinder):
        def find_spec(self, name, path, target=None):  # type: ignore[no-untyped-def]
            if name == "detectron2":
                raise error

    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    for name in [n for n in sys.modules if n.partition(".")[0] == "detectron2"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(InputError, match="installed but cannot be imported") as caught:
        read_config(PAPERS_CONFIG)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("more", "order"),
    [
        ("", "BGR"),
        ("model['input_format'] = 'RGB'", "RGB"),
        ("dataloader = dict(train=dict(mapper=dict(image_format='RGB')))", "RGB"),
        ("dataloader = dict(train=None)", "BGR"),
    ],
)
def test_a_python_configuration_says_model_weights_and_channels(
    more: str, order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    settings = read_config(_python(tmp_path, more))
    assert isinstance(settings, PythonConfiguration)
    assert (settings.weights, settings.input_format) == ("model_final.pkl", order)


def test_a_python_configuration_is_built_without_a_score_threshold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    model = read_config(_python(tmp_path)).build(120)
    assert model.test_score_thresh == 0.0 and model.test_topk_per_image == 120
    assert not model.training
    with pytest.raises(ValueError, match="boxes without masks"):
        read_config(_python(tmp_path, masks=False)).build(120)


def test_the_text_of_a_python_configuration_is_of_the_model_and_has_no_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    functions = "model['hook'] = [lambda: 1, nn.ReLU]\n"
    one, same, other = (
        str(read_config(_python(tmp_path, functions + more)))
        for more in ("", "train['steps'] = 5", "model['threshold'] = 0.1")
    )
    assert one == same != other
    colours = "dataloader = dict(test=dict(mapper=dict(image_format='RGB')))"
    assert one != str(read_config(_python(tmp_path, functions + colours)))
    assert "lambda" in one and "0x" not in one


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        *(("yaml", t) for t in ("MODEL: [", "MODEL", "[1, 2]", "", "MODEL: {DEPTH: 50}")),
        *(("py", t) for t in ("model = [", "train = {}", "model = 3", "raise OSError", "exit(0)")),
    ],
)
def test_malformed_configurations_are_named(
    suffix: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    file = tmp_path / f"mine.{suffix}"
    file.write_text(text)
    with pytest.raises(InputError, match=rf"mine\.{suffix} is no configuration of detectron2"):
        read_config(str(file))


@needs_detectron2
def test_unknown_configurations_and_ones_without_masks_are_named() -> None:
    with pytest.raises(InputError, match=r"no configuration 'nonsense\.yaml'"):
        read_config("nonsense.yaml")
    with pytest.raises(InputError, match="boxes without masks"):
        read_config("COCO-Detection/faster_rcnn_R_50_FPN_1x.yaml")


@needs_detectron2
def test_the_papers_configuration_is_read_as_it_selects() -> None:
    settings = read_config(PAPERS_CONFIG)
    assert isinstance(settings, YamlConfiguration)
    model = settings.node.MODEL
    assert model.RESNETS.NUM_GROUPS == 32 and model.RESNETS.WIDTH_PER_GROUP == 8
    assert model.ROI_HEADS.SCORE_THRESH_TEST == 0.0
    assert settings.input_format == "BGR"


@needs_detectron2
def test_detectors_of_boxes_alone_are_not_built() -> None:
    settings = read_config("COCO-Detection/retinanet_R_50_FPN_1x.py")
    with pytest.raises(ValueError, match="boxes without masks"):
        settings.build(100)


@needs_detectron2
def test_a_yaml_configuration_calls_nothing(tmp_path: Path) -> None:
    called = tmp_path / "called"
    file = tmp_path / "mine.yaml"
    file.write_text(f"OUTPUT_DIR: !!python/object/apply:os.mkdir ['{called}']")
    with pytest.raises(InputError, match=r"mine\.yaml is no configuration"):
        read_config(str(file))
    assert not called.exists()


@needs_detectron2
def test_python_configurations_of_the_model_zoo_name_their_published_weights() -> None:
    settings = read_config("new_baselines/mask_rcnn_R_50_FPN_100ep_LSJ.py")
    assert isinstance(settings, PythonConfiguration)
    assert settings.weights.startswith("https://") and settings.weights.endswith(".pkl")
    assert settings.input_format == "BGR" and "0x" not in str(settings)
    with pytest.raises(InputError, match="no trained weights"):
        read_config("COCO-InstanceSegmentation/mask_rcnn_R_50_FPN_1x_giou.yaml")
