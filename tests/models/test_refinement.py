"""The alignment inside the mask refinement network."""

import pytest
import torch

from models.hub.presets import preset
from models.modules import refinement
from models.modules.base_features import FrameFeatures
from models.modules.blocks import upsample
from models.modules.descriptor import (
    Reference,
    Witnesses,
    from_blocks,
    joined,
    split_levels,
    stack_levels,
    to_blocks,
)
from models.modules.refinement import MaskRefinementNetwork


def _features(seed: int, shift: int = 0) -> FrameFeatures:
    torch.manual_seed(seed)
    c4, c8, c16 = preset("lite").base_channels
    f4, f8, f16 = torch.randn(1, c4, 32, 48), torch.randn(1, c8, 16, 24), torch.randn(1, c16, 8, 12)
    moved = [x.roll(shift * s, dims=3) for x, s in ((f4, 4), (f8, 2), (f16, 1))]
    return FrameFeatures(*moved, raw=(), size=(128, 192))


def _sharp_network() -> MaskRefinementNetwork:
    torch.manual_seed(0)
    network = MaskRefinementNetwork(preset("lite").replace(locality=False)).eval()
    network.log_alpha.data.fill_(8.0)
    # The projector pads with zeros, which would tell borders from their shifted copies.
    network.projector = torch.nn.Identity()  # type: ignore[assignment]
    return network


def _reference(
    network: MaskRefinementNetwork, features: FrameFeatures, masks: torch.Tensor
) -> Reference:
    frame = network.describe(features)
    return Reference(frame.key, frame.fine, masks)


def test_blocks_and_levels_come_apart_as_they_were_put_together() -> None:
    masks = torch.rand(3, 32, 48)
    torch.testing.assert_close(from_blocks(to_blocks(masks), (8, 12)), masks)
    unshuffled = torch.nn.functional.pixel_unshuffle(masks[:, None], 4)
    torch.testing.assert_close(to_blocks(masks), unshuffled.flatten(2).permute(2, 0, 1))
    features = _features(4)
    f16, f8, f4 = split_levels(stack_levels(features), preset("lite").base_channels, (8, 12))
    for found, level in ((f16, features.f16), (f8, features.f8), (f4, features.f4)):
        torch.testing.assert_close(found, level)


def test_masks_move_with_the_features_at_full_detail() -> None:
    network = _sharp_network()
    masks = (torch.rand(2, 32, 48) > 0.5).float()
    now, past = _features(1, shift=3), _features(1)
    key = network.describe(now).key
    with torch.no_grad():
        queries = network._queries(key, (8, 12), 0)
        found = network._align(key, queries, _reference(network, past, masks), 0, (8, 12))
    torch.testing.assert_close(found.masks, masks.roll(12, dims=2), atol=1e-3, rtol=0)
    for level, expected in zip(found.levels, (now.f16, now.f8, now.f4), strict=True):
        torch.testing.assert_close(level, expected, atol=1e-2, rtol=0)
    assert found.likeness is not None and found.likeness.min() > 0.99


def test_of_several_references_the_likest_counts_at_each_position() -> None:
    network = _sharp_network()
    one, other = _features(1), _features(2)
    masks = (torch.rand(2, 2, 32, 48) > 0.5).float()
    # The left half of the current frame is as in one of them, the right half as in the other.
    halves = [
        torch.cat([x[..., : x.shape[-1] // 2], y[..., y.shape[-1] // 2 :]], dim=3)
        for x, y in ((one.f4, other.f4), (one.f8, other.f8), (one.f16, other.f16))
    ]
    key = network.describe(FrameFeatures(*halves, raw=(), size=one.size)).key
    references = [
        _reference(network, each, own) for each, own in zip((one, other), masks, strict=True)
    ]
    with torch.no_grad():
        queries = network._queries(key, (8, 12), 0)
        found = network._align(key, queries, joined(references), 0, (8, 12))
    expected = torch.cat([masks[0, :, :, :24], masks[1, :, :, 24:]], dim=2)
    torch.testing.assert_close(found.masks, expected, atol=1e-3, rtol=0)
    assert joined(references[:1]) is references[0]


def test_objects_are_refined_independently_and_in_range() -> None:
    # The first frame's floor looks at what the objects hold together.
    network = MaskRefinementNetwork(preset("lite").replace(first_floor=0.0)).eval()
    now, past = _features(1), _features(2)
    masks = torch.rand(3, 32, 48)
    with torch.no_grad():
        current = network.describe(now)

        def refine(chosen: slice) -> torch.Tensor:
            r = _reference(network, past, masks[chosen])
            return network(current, masks[chosen], [r], r)

        every, one = refine(slice(0, 3)), refine(slice(1, 2))
    assert every.shape == (3, 32, 48)
    torch.testing.assert_close(every[1], one[0], atol=1e-4, rtol=1e-3)


def test_each_object_is_aligned_with_its_own_first_frame() -> None:
    """In any order: as if all objects had that first frame, each time."""
    network = MaskRefinementNetwork(preset("lite").replace(first_floor=0.0)).eval()
    masks, coarse = torch.rand(3, 32, 48), torch.rand(3, 32, 48)
    current = network.describe(_features(1))
    previous = _reference(network, _features(4), torch.rand(3, 32, 48))
    first, second = (_features(seed) for seed in (2, 3))
    with torch.no_grad():
        alone = [
            network(current, coarse, [_reference(network, one, masks)], previous)
            for one in (first, second)
        ]
        firsts = [
            Reference(*_parts(network, one), masks, torch.tensor(objects))
            for one, objects in ((first, [1]), (second, [0, 2]))
        ]
        found = network(current, coarse, firsts, previous)
    expected = torch.stack([alone[1][0], alone[0][1], alone[1][2]])
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)


def _parts(
    network: MaskRefinementNetwork, features: FrameFeatures
) -> tuple[torch.Tensor, torch.Tensor]:
    frame = network.describe(features)
    return frame.key, frame.fine


def test_many_objects_are_refined_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    network = MaskRefinementNetwork(preset("lite").replace(others=True)).eval()
    for block in (network.block16, network.block8, network.block4):
        assert block.other is not None
        torch.nn.init.normal_(block.other.weight, std=0.1)
    masks = torch.rand(5, 32, 48)
    current = network.describe(_features(1))
    reference = _reference(network, _features(2), masks)
    with torch.no_grad():
        whole = network(current, masks, [reference], reference)
        monkeypatch.setattr(refinement, "_CELLS_AT_ONCE", 2 * 32 * 48)
        parts = network(current, masks, [reference], reference)
    torch.testing.assert_close(parts, whole, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("most", [1.0, 3.0])  # beside each other, and over each other
def test_what_others_cover_is_convolved_for_all_at_once(most: float) -> None:
    """The same as each object's own masks and the others', cut at 1, convolved and added up."""
    torch.manual_seed(0)
    network = MaskRefinementNetwork(preset("lite").replace(others=True)).eval()
    blocks = (network.block16, network.block8, network.block4)
    for block in blocks:
        assert block.other is not None
        torch.nn.init.normal_(block.other.weight, std=0.1)
    masks = (torch.softmax(torch.randn(4, 3, 32, 48), dim=0) * most).clamp(0, 1)
    every = masks.sum(0, keepdim=True)
    others = (every - masks).clamp(0, 1)
    features = [torch.randn(1, c, 8 * s, 12 * s) for c, s in ((290, 1), (96, 2), (72, 4))]
    shared = list[torch.Tensor]()
    x: torch.Tensor | None = None
    with torch.no_grad():
        for block, level, side in zip(blocks, features, (4, 2, 1), strict=True):
            own, beside, both = (
                torch.nn.functional.pixel_unshuffle(m, side) for m in (masks, others, every)
            )
            assert block.other is not None
            y = block.skip(level) + block.mask(own) + block.other(beside)
            if block.before is not None and x is not None:
                y = y + upsample(block.before(x), 2)
            x = block.deeper(block.residual(torch.relu(block.norm(y))))
            shared.append(block.shared(level.split(8, dim=1), both))
        assert x is not None
        channels = network.head(x)
        expected = channels[:, 1] - channels[:, 0]
        found = network._refined(shared, None, masks, every)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)


def test_faint_first_masks_need_a_coarse_or_a_previous_one() -> None:
    network = MaskRefinementNetwork(preset("lite").replace(first_floor=0.5))

    def believed(count: int, coarse: torch.Tensor, previous: torch.Tensor) -> torch.Tensor:
        first = torch.full((count, 1, 32, 48), 0.3)
        first[:, :, 0, 0] = 1.0 / count  # the peak of their sum
        return network._believed(first[:, 0], previous[:, 0], coarse)

    none = torch.zeros(1, 1, 32, 48)
    coarse, previous = none[:, 0].clone(), none.clone()
    coarse[0, 8:16, 8:16], previous[0, 0, 20:24, 30:40] = 1, 1
    kept = believed(1, coarse, previous)[0] > 0.2
    inside = torch.zeros(32, 48, dtype=torch.bool)
    inside[6:18, 6:18] = inside[20:24, 30:40] = inside[0, 0] = True  # two cells beside the coarse
    assert torch.equal(kept, inside)
    assert (believed(1, none[:, 0], none) > 0.2).sum() == 1
    # What two objects hold together is not faint.
    two = believed(2, none[:, 0].expand(2, 32, 48), none.expand(2, 1, 32, 48))
    torch.testing.assert_close(two[:, 5, 5], torch.full((2,), 0.1))


def _confirmed(masks: torch.Tensor, earlier: list[torch.Tensor]) -> torch.Tensor:
    """First masks (O, 32, 48) of a frame like the current one, after frames like it."""
    network = _sharp_network()
    key = network.describe(_features(1)).key
    first = _reference(network, _features(1), masks)
    every = [masks, *earlier]
    witnesses = Witnesses(
        torch.arange(len(masks)),
        0,
        key.repeat(len(every), 1),
        torch.cat([to_blocks(m).sum(1) for m in every]),
    )
    with torch.no_grad():
        queries = network._queries(key, (8, 12), 0)
        aligned = network._align(key, queries, first, 0, (8, 12))
        return network._confirmed(aligned.masks, aligned.whole, queries, witnesses, (8, 12))


def test_earlier_frames_take_from_first_masks_and_add_nothing() -> None:
    masks, none = torch.zeros(1, 32, 48), torch.zeros(1, 32, 48)
    masks[0, 8:16, 8:24] = 1
    less, more = masks.clone(), torch.ones_like(masks)
    less[0, :, 16:] = 0
    close = {"atol": 2e-3, "rtol": 0.0}
    torch.testing.assert_close(_confirmed(masks, [more] * 3), masks, **close)
    # Four frames alike: one of them has the right half.
    expected = less + (masks - less) / 4
    torch.testing.assert_close(_confirmed(masks, [less] * 3), expected, **close)
    torch.testing.assert_close(_confirmed(none, [more]), none, **close)


def test_earlier_frames_speak_of_all_objects_together() -> None:
    masks = torch.zeros(2, 32, 48)
    masks[0, 8:16, 8:16] = masks[1, 8:16, 16:24] = 1
    found = _confirmed(masks, [masks.flip(0)] * 5)  # the memory has taken one for the other
    torch.testing.assert_close(found, masks, atol=2e-3, rtol=0)


def test_what_the_others_cover_changes_nothing_at_first_and_nothing_for_one_object() -> None:
    torch.manual_seed(0)
    plain = MaskRefinementNetwork(preset("lite")).eval()
    told = MaskRefinementNetwork(preset("lite").replace(others=True)).eval()
    assert not told.load_state_dict(plain.state_dict(), strict=False).unexpected_keys
    current, masks = plain.describe(_features(1)), torch.rand(3, 32, 48)
    reference = _reference(plain, _features(2), masks)
    one = Reference(reference.key, reference.fine, masks[:1])
    with torch.no_grad():
        expected = plain(current, masks, [reference], reference)
        torch.testing.assert_close(told(current, masks, [reference], reference), expected)
        alone = told(current, masks[:1], [one], one)
        for block in (told.block16, told.block8, told.block4):
            assert block.other is not None
            torch.nn.init.normal_(block.other.weight)
        torch.testing.assert_close(told(current, masks[:1], [one], one), alone)
        assert not torch.allclose(told(current, masks, [reference], reference), expected)
