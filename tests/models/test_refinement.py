"""The alignment inside the mask refinement network."""

import torch

from models.modules.base_features import FrameFeatures
from models.modules.references import Alignable, Earlier, Reference
from models.modules.refinement import MaskRefinementNetwork, _of_others, _squared_distances
from models.presets import preset


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


def test_masks_move_with_the_features_at_full_detail() -> None:
    network = _sharp_network()
    masks = (torch.rand(2, 32, 48) > 0.5).float()
    now, past = _features(1, shift=3), _features(1)
    reference = Reference(network.alignable(past), masks)
    with torch.no_grad():
        found = network._align(network.alignable(now).key, reference, 0, (8, 12))
    back = torch.nn.functional.pixel_shuffle(found.masks, 4)[:, 0]
    torch.testing.assert_close(back, masks.roll(12, dims=2), atol=1e-3, rtol=0)
    channels = now.f16.shape[1]
    torch.testing.assert_close(found.fine[0, :channels], now.f16[0], atol=1e-2, rtol=0)
    [likeness] = found.likeness
    assert likeness.min() > 0.99


def test_objects_are_refined_independently_and_in_range() -> None:
    # The first frame's floor looks at what the objects hold together.
    network = MaskRefinementNetwork(preset("lite").replace(first_floor=0.0)).eval()
    now, past = _features(1), _features(2)
    masks = torch.rand(3, 32, 48)
    with torch.no_grad():
        current, reference = network.alignable(now), network.alignable(past)

        def refine(chosen: slice) -> torch.Tensor:
            r = Reference(reference, masks[chosen])
            return network(current, masks[chosen], r, r)

        every, one = refine(slice(0, 3)), refine(slice(1, 2))
    assert every.shape == (3, 128, 192)
    assert every.min() >= 0 and every.max() <= 1
    torch.testing.assert_close(every[1], one[0], atol=1e-4, rtol=1e-3)


def test_faint_first_masks_need_a_coarse_or_a_previous_one() -> None:
    network = MaskRefinementNetwork(preset("lite").replace(first_floor=0.5))

    def believed(count: int, coarse: torch.Tensor, previous: torch.Tensor) -> torch.Tensor:
        first = torch.full((count, 1, 32, 48), 0.3)
        first[:, :, 0, 0] = 1.0 / count  # the peak of their sum
        found = network._believed(
            *(torch.nn.functional.pixel_unshuffle(m, 4) for m in (first, previous)), coarse
        )
        return torch.nn.functional.pixel_shuffle(found, 4)[:, 0]

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
    frame: Alignable = network.alignable(_features(1))
    first = Reference(frame, masks)
    kept = [Earlier.of(Reference(frame, m)) for m in earlier]
    with torch.no_grad():
        aligned = network._align(frame.key, first, 0, (8, 12)).masks
        found = network._confirmed(aligned, frame.key, first, kept)
    return torch.nn.functional.pixel_shuffle(found, 4)[:, 0]


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


def test_squared_distances_by_counting() -> None:
    found = _squared_distances((2, 3), torch.device("cpu")).view(2, 3, 2, 3)
    for y in range(2):
        for x in range(3):
            for b in range(2):
                for a in range(3):
                    assert found[y, x, b, a] == (y - b) ** 2 + (x - a) ** 2


def _told() -> tuple[MaskRefinementNetwork, MaskRefinementNetwork]:
    """A refinement without `others`, and one with the same weights that has it."""
    config = preset("lite").replace(first_floor=0.0)
    plain = MaskRefinementNetwork(config).eval()
    told = MaskRefinementNetwork(config.replace(others=True)).eval()
    lacking, unknown = told.load_state_dict(plain.state_dict(), strict=False)
    assert set(lacking) == {f"block{stride}.other.weight" for stride in (4, 8, 16)}
    assert not unknown
    return plain, told


def _refined(network: MaskRefinementNetwork, masks: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        now, past = (network.alignable(_features(seed)) for seed in (1, 2))
        reference = Reference(past, masks)
        return network(now, masks, reference, reference)


def test_others_change_nothing_at_first_and_then_the_object_beside_them() -> None:
    plain, told = _told()
    masks = torch.rand(3, 32, 48)
    before = _refined(plain, masks)
    assert torch.equal(_refined(told, masks), before)
    for block in (told.block4, told.block8, told.block16):
        torch.nn.init.normal_(block.other.weight, std=0.05)
    assert not torch.allclose(_refined(told, masks), before, atol=1e-2)
    # One object has no others, whatever was learned about them.
    assert torch.equal(_refined(told, masks[:1]), _refined(plain, masks[:1]))


def test_others_are_what_the_rest_covers_together() -> None:
    masks = torch.tensor([[0.2, 0.0], [0.7, 0.0], [0.6, 1.0]])
    expected = torch.tensor([[1.0, 1.0], [0.8, 1.0], [0.9, 0.0]])
    torch.testing.assert_close(_of_others(masks), expected)
