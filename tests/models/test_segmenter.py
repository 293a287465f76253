"""The streaming interface and the network behind it, with random weights: shapes and contracts."""

import copy
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models import InputError, MemoryPolicy, ModelConfig, Precision, Segmenter
from models.config import FRAMES_KEPT
from models.hub.inference import for_inference, leave_out_identities
from models.hub.load import load_model
from models.hub.presets import preset
from models.modules.base_features import FrameFeatures
from models.modules.blocks import ResidualBlock
from models.modules.descriptor import FrameDescriptor
from models.modules.refinement import MaskRefinementNetwork
from models.network import DMNAOA
from models.proposals import Origin, Proposals
from models.tracking.geometry import Geometry, as_rgb
from models.tracking.objects import id_planes
from models.utils.clock import Clock

HEIGHT, WIDTH = 50, 90


def _frames(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    scene = rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return [np.roll(scene, 2 * i, axis=1) for i in range(count)]


def _mask(*ids: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for place, ident in enumerate(ids):
        mask[10:40, 5 + 20 * place : 20 + 20 * place] = ident
    return mask


def _segmenter(config: ModelConfig) -> Segmenter:
    torch.manual_seed(0)
    return Segmenter(DMNAOA(config), size=64, device="cpu")


def test_the_first_mask_comes_back_unchanged_and_ids_are_kept() -> None:
    segmenter = _segmenter(preset("lite"))
    first, *rest = _frames(4)
    mask = _mask(7, 3, 254)
    np.testing.assert_array_equal(segmenter.step(first, mask).ids, mask)
    for frame in rest:
        result = segmenter.step(frame)
        assert result.ids.shape == (HEIGHT, WIDTH)
        assert set(np.unique(result.ids)) <= {0, 3, 7, 254}
        assert set(result.confidence) == {3, 7, 254}
        assert all(0 <= c <= 1 for c in result.confidence.values())


EXTENSIONS_OFF = {
    "roi_context": 1.0,
    "recency": 0.0,
    "null_column": False,
    "null_overlap": 0.0,
    "matching_iou_weight": 0.0,
    "template_proposal": False,
    "template_agreement": 0.0,
    "guard": 0.0,
    "first_floor": 0.0,
    "refine_memory": 0,
    "locality": False,
    "likeness": False,
    "others": False,
    "ridge": False,
}
"""What is not in the paper, as in its setting."""
NEED_WEIGHTS = {"likeness", "others", "ridge"}
ABLATIONS = {
    "full": {},
    "A1 base": {"use_dmn": False, "use_aoa": False},
    "A2 without AOA": {"use_aoa": False},
    "A3 without DMN": {"use_dmn": False},
    "A4 frame memory": {"object_memory": False},
    "A5 without matcher": {"use_matcher": False},
    "A6 without RefineNet": {"use_refinement": False},
    # All but those without which the weights have other shapes.
    "paper's setting": {k: v for k, v in EXTENSIONS_OFF.items() if k not in NEED_WEIGHTS},
    "no proposals": {"max_proposals": 0},
    "neither proposals nor templates": {"max_proposals": 0, "template_proposal": False},
}


@pytest.mark.parametrize("changes", ABLATIONS.values(), ids=ABLATIONS)
def test_every_ablation_runs_on_the_same_weights(changes: dict) -> None:
    config = preset("lite").replace(**changes)
    # Every switch reads the same weights, so one checkpoint serves all the rows of Table 3.
    shapes = {k: v.shape for k, v in DMNAOA(config).state_dict().items()}
    assert shapes == {k: v.shape for k, v in DMNAOA(preset("lite")).state_dict().items()}
    segmenter = _segmenter(config)
    first, *rest = _frames(3)
    segmenter.step(first, _mask(1, 2))
    for frame in rest:
        assert segmenter.step(frame).ids.shape == (HEIGHT, WIDTH)


READ = {
    MemoryPolicy.FIRST: [0],
    MemoryPolicy.PREVIOUS: [3],
    MemoryPolicy.FIRST_PREVIOUS: [0, 3],
    MemoryPolicy.STRIDE: [0, 2, 3],
    MemoryPolicy.ALL: [0, 1, 2, 3],
}


@pytest.mark.parametrize("policy", list(MemoryPolicy))
def test_every_memory_policy_reads_its_frames(policy: MemoryPolicy) -> None:
    changes = {"memory_policy": policy, "memory_stride": 2, "ridge": False}
    segmenter = _segmenter(preset("lite").replace(**changes))
    first, *rest = _frames(4)
    segmenter.step(first, _mask(1))
    for frame in rest:
        assert set(np.unique(segmenter.step(frame).ids)) <= {0, 1}
    past = segmenter._tracks.past
    assert past is not None
    assert past.template_memory(segmenter.network.config).times.tolist() == READ[policy]


def test_a_fixed_template_is_the_first_frames_whatever_the_memory_policy() -> None:
    confidence = []
    for policy in MemoryPolicy:
        # Without a matcher the masks come from the template alone.
        changes = {"use_dmn": False, "use_matcher": False, "memory_policy": policy}
        changes |= {"refine_memory": 0}  # it has frames of its own from the policy
        segmenter = _segmenter(preset("lite").replace(**changes))
        first, *rest = _frames(4)
        segmenter.step(first, _mask(1))
        confidence.append([segmenter.step(frame).confidence[1] for frame in rest])
    assert all(values == confidence[0] for values in confidence)


def test_several_frames_at_once_equal_one_by_one() -> None:
    segmenter = _segmenter(preset("lite"))
    frames = _frames(3)
    together = segmenter.prepare(frames)
    for frame, one in zip(frames, together, strict=True):
        alone = segmenter.prepare([frame])[0]
        torch.testing.assert_close(alone.features.f16, one.features.f16, atol=0.05, rtol=0.05)
        assert len(alone.proposals) == len(one.proposals)


def test_another_object_does_not_change_an_objects_template() -> None:
    """Objects are a batch: adding one must not leak into another's memory read."""
    torch.manual_seed(0)
    network = DMNAOA(preset("lite")).eval()
    segmenter = Segmenter(network, size=64, device="cpu", precision=Precision.FP32)
    first, second = segmenter.prepare(_frames(2))
    logits = []
    for ids in ((1,), (1, 2)):
        geometry = Geometry.fit((HEIGHT, WIDTH), 64)
        mask = _mask(*ids)
        planes = geometry.pad(id_planes(mask, geometry.scaled, ids))
        with torch.inference_mode():
            one, two = (network.describe(f.features, Clock()) for f in (first, second))
            past = network.begin(one, planes, Clock())
            found = network.segment(two, second.proposals, past, 1, Clock())
        assert found.template_logits is not None
        logits.append(found.template_logits[0])
    torch.testing.assert_close(logits[0], logits[1])


def test_misuse_is_an_input_error() -> None:
    segmenter = _segmenter(preset("lite"))
    first, second = _frames(2)
    with pytest.raises(InputError, match="first step"):
        segmenter.step(first)
    with pytest.raises(InputError, match="the mask is 10x10"):
        segmenter.step(first, np.ones((10, 10), np.uint8))
    with pytest.raises(InputError, match="no object"):
        segmenter.step(first, _mask())
    segmenter.step(first, _mask(1))
    with pytest.raises(InputError, match="a later mask holds no object"):
        segmenter.step(second, _mask())
    with pytest.raises(InputError, match="the mask is 10x10"):
        segmenter.step(second, np.ones((10, 10), np.uint8))
    with pytest.raises(InputError, match="one size"):
        segmenter.step(second[:-4])


def test_what_was_refused_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    segmenter = _segmenter(preset("lite"))
    asked: list[str] = []
    propose = segmenter.network.propose

    def listening(frames: torch.Tensor, features: Any, origin: Origin) -> list[Proposals]:
        asked.extend(origin.names)
        return propose(frames, features, origin)

    monkeypatch.setattr(segmenter.network, "propose", listening)
    first, second = _frames(2)
    for mask in (np.ones((10, 10), np.uint8), _mask(), _mask(255)):
        with pytest.raises(InputError):
            segmenter.step(first, mask)
    segmenter.step(first, _mask(1))
    for frame, refused in ((second, _mask(255)), (second[:-4], None)):
        with pytest.raises(InputError):
            segmenter.step(frame, refused)
    prepared = segmenter.prepare([second])[0]
    with monkeypatch.context() as failing:
        failing.setattr(segmenter.network, "encode", None)
        with pytest.raises(TypeError):
            segmenter.step(prepared, _mask(0, 2))
    assert set(segmenter.step(prepared, _mask(0, 2)).confidence) == {1, 2}
    assert asked == ["00000", "00001"]


@pytest.mark.parametrize("refines", [True, False])
def test_a_frame_is_prepared_for_alignment_once_for_all_objects(
    refines: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    segmenter = _segmenter(preset("lite").replace(use_refinement=refines))
    mrn, calls = segmenter.network.mrn, 0
    describe = mrn.describe

    def counting(features: FrameFeatures) -> FrameDescriptor:
        nonlocal calls
        calls += 1
        return describe(features)

    monkeypatch.setattr(mrn, "describe", counting)
    first, second, third = _frames(3)
    segmenter.step(first, _mask(1))
    segmenter.step(second, _mask(0, 2))  # with a first frame of its own
    segmenter.step(third)
    assert calls == (3 if refines else 0)


@pytest.mark.parametrize("name", ["r50", "r101"])
def test_the_papers_sizes_have_the_papers_shapes(name: str) -> None:
    config = preset(name)
    with torch.device("meta"):
        network = DMNAOA(config)
        features = network.bfe.backbone(torch.zeros(1, 3, 64, 96))
    assert [tuple(f.shape[1:]) for f in features] == [(256, 16, 24), (512, 8, 12), (1024, 4, 6)]
    channels = config.object_channels
    assert network.otg.query_key.out_channels == channels // 4
    assert network.otg.memory_value.out_channels == channels
    groups = {m.num_groups for m in network.modules() if isinstance(m, torch.nn.GroupNorm)}
    assert groups == {32}
    assert config.max_proposals == 30 and config.proposal_nms == 0.4
    assert {key: getattr(config, key) for key in EXTENSIONS_OFF} == EXTENSIONS_OFF
    # Every field that calls itself an extension is in the list above.
    source = inspect.getsource(ModelConfig)
    assert source.count('"""Extension: ') == len(EXTENSIONS_OFF)


def test_r50_segments_a_small_frame() -> None:
    segmenter = _segmenter(preset("r50"))
    first, second = _frames(2)
    segmenter.step(first, _mask(1))
    assert segmenter.step(second).ids.shape == (HEIGHT, WIDTH)
    assert {"BFE", "OPG", "OTG", "AM", "MRN"} <= set(segmenter.clock.take())


def test_an_object_may_appear_later() -> None:
    segmenter = _segmenter(preset("lite"))
    frames = _frames(6)
    segmenter.step(frames[0], _mask(3))
    segmenter.step(frames[1])
    later = np.zeros((HEIGHT, WIDTH), np.uint8)
    later[5:45, 8:80] = 7  # over all of object 3
    result = segmenter.step(frames[2], later)
    assert (result.ids[later == 7] == 7).all()
    assert set(np.unique(result.ids)) <= {0, 3, 7}
    assert list(result.confidence) == [3, 7] and result.confidence[7] == 1
    for frame in frames[3:5]:
        result = segmenter.step(frame)
        assert set(np.unique(result.ids)) <= {0, 3, 7} and list(result.confidence) == [3, 7]
    third = np.zeros((HEIGHT, WIDTH), np.uint8)
    third[:4, :4] = 1
    third[:4, 6:9] = 200
    result = segmenter.step(frames[5], third)
    assert set(np.unique(result.ids)) >= {1, 200} and list(result.confidence) == [3, 7, 1, 200]


def test_what_is_far_from_a_later_object_is_segmented_as_without_it() -> None:
    """0 in a later mask is not background: the first object goes on as if nothing was given."""
    frames = _frames(2)
    alone, joined = _segmenter(preset("lite")), _segmenter(preset("lite"))
    first = _mask(5)
    corner = np.zeros((HEIGHT, WIDTH), np.uint8)
    corner[46:, 86:] = 9
    seen = []
    for index, (frame, masks) in enumerate(zip(frames, (first, corner), strict=True)):
        expected = alone.step(frame, first if index == 0 else None).ids
        found = joined.step(frame, masks).ids
        seen.append((found[:40, :80] == expected[:40, :80]).mean())
    assert seen == [1, 1]


def test_objects_count_from_their_own_first_frame_and_are_aggregated_together() -> None:
    segmenter = _segmenter(preset("lite"))
    frames = _frames(3)
    segmenter.step(frames[0], _mask(1))
    segmenter.step(frames[1], np.where(_mask(0, 2) == 2, 2, 0).astype(np.uint8))
    segmenter.step(frames[2])
    past = segmenter._tracks.past
    assert past is not None
    assert past.anchors == (0, 1) and past.offsets(3).tolist() == [3, 2]
    # Aggregated probabilities of all objects never exceed one.
    assert float(past.previous.masks.sum(0).max()) <= 1 + 1e-3


def test_what_a_later_object_covers_is_not_remembered_as_the_others() -> None:
    remembered = []
    frames = _frames(2)
    everything = np.full((HEIGHT, WIDTH), 2, np.uint8)
    for later in (None, everything):
        segmenter = _segmenter(preset("lite"))
        segmenter.step(frames[0], _mask(1))
        ids = segmenter.step(frames[1], later).ids
        past = segmenter._tracks.past
        assert past is not None
        remembered.append(float(past.previous.masks[0].max()))
    assert (ids == 2).all()
    assert remembered[0] > 0.01 and remembered[1] < 1e-6


def test_a_correction_comes_back_as_it_was_given_and_counts_for_good() -> None:
    segmenter = _segmenter(preset("lite"))
    frames = _frames(13)
    segmenter.step(frames[0], _mask(1, 2))
    segmenter.step(frames[1])
    corrected = np.zeros((HEIGHT, WIDTH), np.uint8)
    corrected[5:20, 30:60] = 2
    result = segmenter.step(frames[2], corrected)
    np.testing.assert_array_equal(result.ids == 2, corrected == 2)
    assert result.confidence[2] == 1 and list(result.confidence) == [1, 2]
    for frame in frames[3:]:
        segmenter.step(frame)
    past = segmenter._tracks.past
    assert past is not None and past.anchors == (0, 2)
    assert [frame.time for frame in past.frames] == [0, 2, 5, 10, 12]  # 2 is kept, given as it was
    assert past.at(2).given == (False, True)


def test_a_dropped_object_is_gone_and_its_id_is_not_given_again() -> None:
    segmenter = _segmenter(preset("lite"))
    frames = _frames(5)
    segmenter.step(frames[0], _mask(1, 2))
    with pytest.raises(InputError, match="object 3 cannot be dropped"):
        segmenter.step(frames[1], drop=[3])
    assert list(segmenter.step(frames[1], drop=[1]).confidence) == [2]
    with pytest.raises(InputError, match="object 1, which was dropped"):
        segmenter.step(frames[2], _mask(1))
    assert not segmenter.step(frames[2], drop=[2]).ids.any()
    assert segmenter.step(frames[3]).confidence == {}
    assert list(segmenter.step(frames[4], _mask(7)).confidence) == [7]


def test_without_the_others_an_object_goes_on_as_if_they_had_never_been() -> None:
    """But for what they shared out among them: here they are far apart."""
    frames = _frames(4)
    alone, joined = (_segmenter(preset("lite").replace(first_floor=0.0)) for _ in range(2))
    corner = np.zeros((HEIGHT, WIDTH), np.uint8)
    corner[46:, 86:] = 9
    alone.step(frames[0], _mask(5))
    joined.step(frames[0], np.where(corner, corner, _mask(5)).astype(np.uint8))
    for frame in frames[1:3]:
        alone.step(frame)
    joined.step(frames[1])
    joined.step(frames[2], drop=[9])
    found, expected = joined.step(frames[3]), alone.step(frames[3])
    assert (found.ids == expected.ids).mean() > 0.98


@pytest.mark.parametrize("fails", ["segment", "encode", "committed"])
def test_a_step_that_failed_can_be_tried_again(fails: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = _frames(5)
    once, twice = _segmenter(preset("lite")), _segmenter(preset("lite"))
    for segmenter in (once, twice):
        segmenter.step(frames[0], _mask(1, 2))
    later = np.where(_mask(0, 0, 3) == 3, 3, 0).astype(np.uint8)
    with monkeypatch.context() as failing:
        failing.setattr(twice.network, fails, None)
        with pytest.raises(TypeError):
            twice.step(frames[1], later, drop=[2])
    for segmenter in (once, twice):
        segmenter.step(frames[1], later, drop=[2])
    for frame in frames[2:]:
        np.testing.assert_array_equal(once.step(frame).ids, twice.step(frame).ids)


def test_a_restored_state_goes_on_with_the_same_bytes(tmp_path: Path) -> None:
    frames = _frames(12)
    config = preset("lite").replace(ridge=True)
    whole, other = _segmenter(config), _segmenter(config)
    later = np.where(_mask(0, 0, 3) == 3, 3, 0).astype(np.uint8)
    for index, frame in enumerate(frames[:8]):
        masks = {0: _mask(1, 2), 4: later}.get(index)
        whole.step(frame, masks, drop=[2] if index == 6 else [])
    whole.save(tmp_path / "state.safetensors")
    other.restore(tmp_path / "state.safetensors")
    for frame in frames[8:]:
        expected, found = whole.step(frame), other.step(frame)
        np.testing.assert_array_equal(found.ids, expected.ids)
        assert found.confidence == expected.confidence
    with pytest.raises(InputError, match="object 2, which was dropped"):
        other.step(frames[0], _mask(2))


def test_a_state_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    segmenter = _segmenter(preset("lite"))
    with pytest.raises(InputError, match="no state to save"):
        segmenter.save(path)
    with pytest.raises(InputError, match="does not exist"):
        segmenter.restore(path)
    segmenter.step(_frames(1)[0], _mask(1))
    segmenter.save(path)
    with pytest.raises(InputError, match="other weights or settings"):
        _segmenter(preset("lite").replace(guard=0.0)).restore(path)
    torch.manual_seed(0)
    small = Segmenter(DMNAOA(preset("lite")), size=96, device="cpu")
    with pytest.raises(InputError, match="short side of 64"):
        small.restore(path)
    other = _segmenter(preset("lite"))
    other.step(_frames(1)[0][:-2], _mask(1)[:-2])
    with pytest.raises(InputError, match="a video of 90x50"):
        other.restore(path)
    segmenter.restore(path)
    with pytest.raises(InputError, match="one size"):
        segmenter.step(_frames(1)[0][:-2])
    content = path.read_bytes()
    for damaged in (
        content[:-100],
        b"nothing of the kind",
        content.replace(b"state-4", b"state-9"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"begin anew|damaged"):
            segmenter.restore(path)


def test_frames_are_taken_or_refused_and_never_turn_black() -> None:
    grey = np.arange(HEIGHT * WIDTH, dtype=np.float64).reshape(HEIGHT, WIDTH) / (HEIGHT * WIDTH)
    whole = np.rint(grey * 255).astype(np.uint8)
    rgb = np.repeat(whole[..., None], 3, axis=2)
    opaque = np.dstack([rgb, np.full_like(whole, 255)])
    for frame in (grey, grey[..., None].astype(np.float32), whole, opaque, rgb):
        np.testing.assert_array_equal(as_rgb(frame), rgb)
    segmenter = _segmenter(preset("lite"))
    for frame, words in (
        (grey * 255, "floats must be in"),
        (np.full_like(grey, np.nan), "floats must be in"),
        (whole.astype(np.uint16) * 257, "8 bits"),
        (np.dstack([rgb, whole]), "transparent"),
        (np.zeros((4, HEIGHT, WIDTH, 3), np.uint8), "no image"),
        (np.zeros((HEIGHT, WIDTH, 2), np.uint8), "no image"),
    ):
        with pytest.raises(InputError, match=words):
            segmenter.prepare([frame])
    with pytest.raises(InputError, match="whole numbers"):
        segmenter.step(rgb, _mask(1).astype(np.float32))


def test_folding_norms_and_casting_once_changes_nothing_but_rounding() -> None:
    torch.manual_seed(0)
    for name in ("lite", "r50"):
        network = DMNAOA(preset(name)).eval()
        for module in network.bfe.backbone.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 2)
        before = {key: value.clone() for key, value in network.state_dict().items()}
        ready = for_inference(network, torch.float32)
        frames = torch.rand(1, 3, 64, 96)
        with torch.no_grad():
            expected, found = network.bfe(frames), ready.bfe(frames)
        for one, two in zip(
            (expected.f4, expected.f8, expected.f16), (found.f4, found.f8, found.f16), strict=True
        ):
            torch.testing.assert_close(two, one, atol=1e-3, rtol=1e-3)
        assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in ready.bfe.modules())
        assert all(torch.equal(before[k], v) for k, v in network.state_dict().items())


def test_blocks_that_hardly_do_anything_are_left_out_of_half_precision_only() -> None:
    torch.manual_seed(0)
    network = DMNAOA(preset("lite"))
    kept, faint = network.mrn.block16.residual, network.mrn.block16.deeper[0]
    torch.nn.init.ones_(kept.second[1].weight)  # type: ignore[arg-type]
    torch.nn.init.constant_(faint.second[1].weight, 0.01)  # type: ignore[index, arg-type]
    half, whole = (for_inference(network, d).mrn.block16 for d in (torch.bfloat16, torch.float32))
    assert isinstance(half.deeper[0], torch.nn.Identity)
    assert isinstance(half.residual, ResidualBlock) and isinstance(whole.deeper[0], ResidualBlock)


def test_a_block_that_does_much_in_one_channel_or_to_small_values_is_kept() -> None:
    torch.manual_seed(0)
    network = DMNAOA(preset("lite"))
    one_channel, small_values = network.mrn.block16, network.mrn.block8
    with torch.no_grad():
        one_channel.deeper[0].second[1].weight[3] = 0.15  # type: ignore[index]
        small_values.deeper[0].second[1].weight.fill_(0.01)  # type: ignore[operator,union-attr]
        small_values.norm.weight.fill_(0.1)
    ready = for_inference(network, torch.bfloat16).mrn
    assert isinstance(ready.block16.deeper[0], ResidualBlock)
    assert isinstance(ready.block8.deeper[0], ResidualBlock)
    assert isinstance(ready.block4.residual, torch.nn.Identity)


def test_what_is_left_out_of_lite_is_a_few_times_what_half_precision_rounds() -> None:
    torch.manual_seed(0)
    network = load_model("lite").network.mrn.eval()
    maps = [torch.randn(1, c, 8 * s, 12 * s) for c, s in ((128, 1), (64, 2), (32, 4))]
    masks = torch.zeros(1, 3, 32, 48)
    masks[:, :, 8:20, 10:30] = 1

    def refined(mrn: MaskRefinementNetwork, dtype: torch.dtype) -> torch.Tensor:
        return mrn._refined([x.to(dtype) for x in maps], None, masks.to(dtype))

    less, rounded = copy.deepcopy(network), copy.deepcopy(network).bfloat16()
    leave_out_identities(less)
    with torch.no_grad():
        expected = refined(network, torch.float32)
        found, half = refined(less, torch.float32), refined(rounded, torch.bfloat16)
    assert sum(1 for _ in less.parameters()) < sum(1 for _ in network.parameters())
    assert (found - expected).abs().mean() < 6 * (half - expected).abs().mean()
    assert ((found > 0) != (expected > 0)).float().mean() < 1e-3


def test_a_loaded_segmenter_remembers_no_more_frames_than_the_command() -> None:
    segmenter = Segmenter.load("lite", size=64, device="cpu")
    segmenter.step(_frames(1)[0], _mask(1))
    assert segmenter.network.config.memory_max == FRAMES_KEPT
