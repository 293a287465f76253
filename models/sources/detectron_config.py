"""Configurations of detectron2, of both of its kinds: YAML ones, and Python ones ("lazy").

detectron2 is optional, and on no package index: it is imported when it is asked for.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from models.errors import InputError

PAPERS_CONFIG = "COCO-InstanceSegmentation/mask_rcnn_X_101_32x8d_FPN_3x.yaml"
"""The paper says a COCO Mask R-CNN with ResNeXt-101-FPN (section 3.1); this one is our choice."""

_HOW_TO_INSTALL = (
    "detectron2 is not installed. It is on no package index: with torch in place, run "
    "pip install 'setuptools<81' wheel, then pip install --no-build-isolation "
    "'git+https://github.com/facebookresearch/detectron2.git' (it compiles for minutes)"
)
_ANY = (Exception, SystemExit)
"""Of the YAML reader's own kinds, or of whatever a Python configuration does."""
_IMAGE_FORMATS = ("dataloader.test.mapper.image_format", "dataloader.train.mapper.image_format",
                  "model.input_format")  # fmt: skip
"""Where a Python configuration says the order of channels; the last is of pictures only."""


class Configuration(Protocol):
    """What is asked of a configuration, whichever kind it is."""

    weights: str
    """Path or address of the model's weights; empty where none are named."""
    input_format: str
    """BGR or RGB."""

    def build(self, instances: int) -> Any:
        """A model on the CPU in evaluation mode, randomly initialised, of no score threshold.

        Args:
            instances: how many it finds in a frame at most.
        """

    def __str__(self) -> str:
        """All that the model depends on, the same in every process."""


class YamlConfiguration:
    """A `CfgNode`."""

    def __init__(self, node: Any, package: Any) -> None:
        """Set up a node as the paper selects: no score threshold.

        Raises:
            ValueError: it finds boxes without masks; `read_config` adds which configuration.
        """
        if not node.MODEL.MASK_ON:
            raise ValueError("it finds boxes without masks (MODEL.MASK_ON)")
        node.MODEL.ROI_HEADS.SCORE_THRESH_TEST = 0.0
        node.MODEL.DEVICE = "cpu"  # moved to where the frames are
        self.node, self._build = node, package.modeling.build_model
        self.weights, self.input_format = str(node.MODEL.WEIGHTS), str(node.INPUT.FORMAT)

    def build(self, instances: int) -> Any:
        """See `Configuration`."""
        self.node.TEST.DETECTIONS_PER_IMAGE = instances
        return self._build(self.node).eval()

    def __str__(self) -> str:
        """See `Configuration`."""
        return str(self.node)


class PythonConfiguration:
    """A `DictConfig` of calls that build the model."""

    def __init__(self, node: Any, package: Any) -> None:
        """Read a node.

        Raises:
            ValueError: it has no model; `read_config` adds which configuration.
        """
        if not isinstance(node.get("model"), Mapping):
            raise ValueError("it defines no 'model'")
        self.node, self._instantiate = node, package.config.instantiate
        architectures = getattr(package.modeling, "meta_arch", None)
        dense = getattr(architectures, "dense_detector", None)
        self._boxes_only: type | tuple[()] = getattr(dense, "DenseDetector", ())  # RetinaNet, FCOS
        orders = (_at(node, path) for path in _IMAGE_FORMATS)
        self.input_format = str(next(filter(None, orders), "BGR"))
        self.weights = str(_at(node, "train.init_checkpoint") or "")

    def build(self, instances: int) -> Any:
        """See `Configuration`.

        Raises:
            ValueError: the model finds boxes without masks; the caller knows the
                configuration's name and says it.
        """
        model = self._instantiate(self.node["model"]).eval()
        heads = getattr(model, "roi_heads", None)
        if isinstance(model, self._boxes_only) or not getattr(heads, "mask_on", True):
            raise ValueError("it finds boxes without masks (model.roi_heads.mask_head)")
        for part in model.modules():
            if hasattr(part, "test_score_thresh"):
                part.test_score_thresh = 0.0
            if hasattr(part, "test_topk_per_image"):
                part.test_topk_per_image = instances
        return model

    def __str__(self) -> str:
        """See `Configuration`; the weights have a digest of their own."""
        return f"{self.input_format} {_written(self.node['model'])}"


def _at(node: Any, path: str) -> Any:
    """What stands at `a.b.c`, None where there is no such place."""
    for key in path.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _written(value: Any) -> str:
    """A value as text without addresses in memory, as functions have them."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_written(value[key])}" for key in value) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_written, value)) + "]"
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def import_detectron2() -> Any:
    """Import what is used of detectron2.

    Raises:
        InputError: it is not installed, or cannot be imported.
    """
    try:
        import detectron2  # alone first: only its own absence means that it is not installed
        import detectron2.checkpoint
        import detectron2.config
        import detectron2.model_zoo
        import detectron2.modeling
    except (ImportError, AttributeError, OSError) as error:  # the latter two: other versions of
        # what it needs, and shared libraries that are not there
        if isinstance(error, ModuleNotFoundError) and error.name == "detectron2":
            raise InputError(_HOW_TO_INSTALL) from error
        raise InputError(
            f"detectron2 is installed but cannot be imported ({said(error)}). It may have been "
            "compiled for another torch; install it anew, or what it lacks"
        ) from error
    return detectron2


def said(error: BaseException) -> str:
    """What an error says; some say nothing but their name."""
    return str(error) or type(error).__name__


def read_config(name: str) -> Configuration:
    """Read a configuration of the model zoo or of a file, set up as the paper selects.

    A Python configuration is a program, which is run.

    Args:
        name: of the zoo, such as `PAPERS_CONFIG`, or the path of a YAML or Python file.

    Raises:
        InputError: detectron2 is missing, there is no such configuration, or it does not
            segment instances.
    """
    package = import_detectron2()
    file = Path(name)
    try:
        if file.is_file():
            return _read(str(file), package)
        path = package.model_zoo.get_config_file(name)
    except _ANY as error:
        if file.is_file():
            raise InputError(
                f"{file} is no configuration of detectron2 that can be used: {said(error)}"
            ) from error
        raise InputError(
            f"detectron2 has no configuration '{name}' in its model zoo, and no file of that "
            f"name can be read ({said(error)}). The paper's is {PAPERS_CONFIG}"
        ) from error
    try:
        config = _read(path, package)
    except _ANY as error:
        raise InputError(
            f"detectron2's configuration '{name}' cannot be used: {said(error)}"
        ) from error
    try:
        config.weights = package.model_zoo.get_checkpoint_url(name)
    except RuntimeError as error:
        raise InputError(
            f"detectron2 offers no trained weights for its configuration '{name}'. To use "
            "others, write a file that is based on it and names them"
        ) from error
    return config


def _read(path: str, package: Any) -> Configuration:
    if path.endswith(".py"):
        return PythonConfiguration(package.config.LazyConfig.load(path), package)
    node = package.config.get_cfg()
    node.merge_from_file(path, allow_unsafe=False)  # or YAML could call any program
    return YamlConfiguration(node, package)
