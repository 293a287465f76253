"""What every source of proposals promises, whatever it is made of."""

import importlib.util
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.config import ModelConfig, ProposalSource
from models.errors import InputError
from models.hub.presets import preset
from models.modules.base_features import BaseFeatureExtractor, FrameFeatures
from models.modules.lite_proposals import LiteProposalGenerator
from models.modules.maskrcnn_proposals import MaskRCNNProposalGenerator
from models.proposals import ObjectProposalGenerator, Origin, Proposals
from models.sources.files import FileProposals
from models.sources.npz import write_npz
from models.sources.stored import StoredProposals
from models.tracking.geometry import Geometry
from tests.sources.stored_files import write_coco

SOURCE = (75, 130)
GEOMETRY = Geometry.fit(SOURCE, 60)  # 60x104, padded to 64x128
COUNT, LIMIT = 3, 12


def _config(own: ProposalSource) -> ModelConfig:
    return preset("lite").replace(max_proposals=LIMIT, proposals=own)


def _frames() -> Tensor:
    torch.manual_seed(1)
    blobs = nn.functional.interpolate(torch.rand(COUNT, 3, 8, 13), scale_factor=8)
    return GEOMETRY.pad(blobs[:, :, :60, :104])


def _features(config: ModelConfig, frames: Tensor) -> FrameFeatures:
    torch.manual_seed(2)
    return BaseFeatureExtractor(config).eval()(frames)


def _sharp(generator: nn.Module) -> nn.Module:
    """Spread a random head's scores, so that rounding does not decide which box is better."""
    for name, value in generator.named_parameters():
        if name.endswith(("cls_score.weight", "cls_logits.weight")):
            value.data.mul_(30)
    return generator.eval()


def _tamed(generator: MaskRCNNProposalGenerator) -> MaskRCNNProposalGenerator:
    """A random residual network without statistics explodes; a few regions and masks will do."""
    for name, value in generator.state_dict().items():
        if name.endswith("bn3.weight"):
            value.mul_(0.1)
        elif name.endswith("cls_score.weight"):
            value.mul_(20)
    generator.detector.rpn._post_nms_top_n = {"training": 60, "testing": 60}
    generator.detector.roi_heads.detections_per_img = 40
    return generator.eval()


def _stored() -> list[StoredProposals]:
    rng = np.random.default_rng(0)
    frames = []
    for _ in range(COUNT):
        masks = np.zeros((20, *SOURCE), bool)
        for mask in masks:
            y, x = rng.integers(0, 60), rng.integers(0, 110)
            mask[y : y + rng.integers(4, 40), x : x + rng.integers(4, 60)] = True
        scores = rng.random(20).astype(np.float32)
        frames.append(StoredProposals.of_frame_masks(masks, scores, "here"))
    return frames


def _lite(folder: Path, config: ModelConfig) -> ObjectProposalGenerator:
    channels = BaseFeatureExtractor(config).raw_channels
    return _sharp(LiteProposalGenerator(config, channels))  # type: ignore[return-value]


def _maskrcnn(folder: Path, config: ModelConfig) -> ObjectProposalGenerator:
    return _tamed(MaskRCNNProposalGenerator(config))


def _npz(folder: Path, config: ModelConfig) -> ObjectProposalGenerator:
    for index, stored in enumerate(_stored()):
        write_npz(folder, f"{index:05d}", stored)
    return FileProposals(folder, config)


def _coco(folder: Path, config: ModelConfig) -> ObjectProposalGenerator:
    write_coco(folder, {f"{i:05d}": s for i, s in enumerate(_stored())})
    return FileProposals(folder, config)


def _detectron2(folder: Path, config: ModelConfig, name: str) -> ObjectProposalGenerator:
    if importlib.util.find_spec("detectron2") is None:
        pytest.skip("detectron2 is not installed; it is optional and on no package index")
    from tests.sources import small_detectron

    return getattr(small_detectron, name)(config)


Ask = Callable[..., list[Proposals]]
Maker = Callable[[Path, ModelConfig], ObjectProposalGenerator]
SOURCES: dict[str, tuple[Maker, ProposalSource]] = {
    "lite": (_lite, ProposalSource.LITE),
    "maskrcnn-r50": (_maskrcnn, ProposalSource.MASKRCNN_R50),
    "maskrcnn-r50-v2": (_maskrcnn, ProposalSource.MASKRCNN_R50_V2),
    "files as npz": (_npz, ProposalSource.EXTERNAL),
    "files as COCO results": (_coco, ProposalSource.EXTERNAL),
    "detectron2": (partial(_detectron2, name="small_detectron"), ProposalSource.EXTERNAL),
    "detectron2, Python configuration": (
        partial(_detectron2, name="small_python_detectron"),
        ProposalSource.EXTERNAL,
    ),
}


@pytest.fixture(scope="module", params=SOURCES)
def source(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ask, ObjectProposalGenerator]:
    """A source, and a function that asks it about some of the frames."""
    maker, own = SOURCES[request.param]
    config = _config(own)
    torch.manual_seed(0)
    generator = maker(tmp_path_factory.mktemp("source"), config)
    frames = _frames()
    features = _features(_config(ProposalSource.LITE), frames)

    @cache
    def ask(first: int = 0, last: int = COUNT) -> list[Proposals]:
        which = slice(first, last)
        part = FrameFeatures(
            *(level[which] for level in (features.f4, features.f8, features.f16)),
            tuple(level[which] for level in features.raw),
            features.size,
        )
        names = tuple(f"{i:05d}" for i in range(COUNT))[which]
        with torch.inference_mode():
            return generator.propose(frames[which], part, Origin(names, GEOMETRY))

    return ask, generator


def test_there_is_one_result_for_each_frame_and_it_keeps_to_the_limit(source) -> None:
    found = source[0]()
    assert len(found) == COUNT
    assert all(0 < len(p) <= LIMIT for p in found)


def test_boxes_lie_inside_the_frame_and_have_extent(source) -> None:
    height, width = GEOMETRY.padded
    for proposals in source[0]():
        assert (proposals.boxes >= 0).all()
        assert (proposals.boxes <= torch.tensor([width, height, width, height])).all()
        assert (proposals.boxes[:, 2:] > proposals.boxes[:, :2]).all()


def test_masks_are_soft_scores_sorted_and_all_is_float32_on_the_frames_device(source) -> None:
    for proposals in source[0]():
        assert ((proposals.masks >= 0) & (proposals.masks <= 1)).all()
        assert ((proposals.scores >= 0) & (proposals.scores <= 1)).all()
        assert (proposals.scores.diff() <= 0).all()
        for part in (proposals.boxes, proposals.masks, proposals.scores):
            assert part.dtype == torch.float32 and part.device.type == "cpu"


@pytest.mark.parametrize(("wanted", "kept"), [(12, 100), (100, 400), (150, 600)])
@pytest.mark.parametrize("own", [ProposalSource.MASKRCNN_R50, ProposalSource.MASKRCNN_R50_V2])
def test_torchvisions_own_limit_leaves_room_for_the_selection(
    own: ProposalSource, wanted: int, kept: int
) -> None:
    with torch.device("meta"):
        generator = MaskRCNNProposalGenerator(_config(own).replace(max_proposals=wanted))
    assert generator.detector.roi_heads.detections_per_img == kept


def test_no_two_boxes_overlap_by_more_than_the_threshold(source) -> None:
    from torchvision.ops import box_iou

    for proposals in source[0]():
        overlap = box_iou(proposals.boxes, proposals.boxes).fill_diagonal_(0)
        assert overlap.max() <= 0.4 + 1e-4


def test_several_frames_at_once_equal_one_by_one(source) -> None:
    ask, _ = source
    together = ask()
    for index, whole in enumerate(together):
        [alone] = ask(index, index + 1)
        torch.testing.assert_close(alone.boxes, whole.boxes, atol=1e-2, rtol=0)
        torch.testing.assert_close(alone.masks, whole.masks, atol=1e-3, rtol=0)
        torch.testing.assert_close(alone.scores, whole.scores, atol=1e-4, rtol=0)


def test_frames_in_which_nothing_is_found_are_empty_not_an_error(source, monkeypatch) -> None:
    ask, generator = source
    if isinstance(generator, FileProposals):
        monkeypatch.setattr(generator.store, "read", lambda name: StoredProposals.none(SOURCE))
    elif isinstance(generator, LiteProposalGenerator):
        monkeypatch.setattr(generator.heads, "score_thresh", 2.0)
    elif isinstance(generator, MaskRCNNProposalGenerator):
        monkeypatch.setattr(generator.detector.roi_heads, "score_thresh", 2.0)
    else:
        monkeypatch.setattr(generator.model.roi_heads.box_predictor, "test_score_thresh", 2.0)
    found = ask.__wrapped__()
    assert [len(p) for p in found] == [0] * COUNT
    assert all(p.masks.ndim == 3 and p.boxes.shape == (0, 4) for p in found)


@pytest.mark.parametrize(
    ("boxes", "masks", "scores"),
    [
        ([[0, 0, 4, 4]], torch.zeros(2, 7, 7), [0.5]),
        ([[0, 0, 4]], torch.zeros(1, 7, 7), [0.5]),
        ([[4, 0, 0, 4]], torch.zeros(1, 7, 7), [0.5]),
        ([[0, 0, 4, float("nan")]], torch.zeros(1, 7, 7), [0.5]),
        ([[0, 0, 4, 4]], torch.full((1, 7, 7), 1.5), [0.5]),
        ([[0, 0, 4, 4]], torch.full((1, 7, 7), float("nan")), [0.5]),
        ([[0, 0, 4, 4]], torch.zeros(1, 7, 7), [float("nan")]),
        ([[0, 0, 4, 4]] * 2, torch.zeros(2, 7, 7), [0.5, 0.6]),
    ],
)
def test_proposals_that_make_no_sense_cannot_be_made(boxes, masks, scores) -> None:
    with pytest.raises(InputError, match="proposals"):
        Proposals(torch.tensor(boxes), masks, torch.tensor(scores))


def test_proposals_can_be_sliced_and_not_changed() -> None:
    boxes = torch.tensor([[0.0, 0, 4, 4], [1, 1, 5, 5]])
    proposals = Proposals(boxes, torch.zeros(2, 7, 7), torch.tensor([0.9, 0.1]))
    assert len(proposals[:1]) == 1 and float(proposals[1:].scores) == pytest.approx(0.1)
    assert len(proposals[torch.tensor([False, False])]) == 0
    with pytest.raises(AttributeError):
        proposals.boxes = boxes  # type: ignore[misc]
