"""Clips from stills and videos: ids, motion, determinism."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.errors import InputError
from models.training.data.folders import folder_pairs
from models.training.data.pairs import IGNORE, Pair, Video
from models.training.recipe import SamplesPart
from models.training.samples.clip import assemble
from models.training.samples.crowd import paste_crowd
from models.training.samples.cuts import cut_away
from models.training.samples.mixture import Mixture
from models.training.samples.parts import with_part
from models.training.samples.pasting import paste_beside
from models.training.samples.stills import StillClips
from models.training.samples.strings import with_strings
from models.training.samples.style import make_drawn
from models.training.samples.videos import VideoClips
from models.training.samples.views import Views
from tests.conftest import write_indexed


@pytest.mark.parametrize("kind", ["stills", "video", "mixture"])
def test_clips_show_their_objects_first_and_follow_them(folders: Path, kind: str) -> None:
    stills = StillClips(folder_pairs(folders), SamplesPart(size=96, paste=0.0))
    frames = Video("v", tuple(folder_pairs(folders)))
    video = VideoClips([frames], SamplesPart(size=96, longest_skip=1))
    source = {"stills": stills, "video": video, "mixture": Mixture([(1, stills), (1, video)])}[kind]
    for seed in range(5):
        clip = source(np.random.default_rng(seed))
        assert clip.frames.shape == (4, 3, 96, 96) and clip.frames.dtype == torch.uint8
        assert clip.ids.shape == (4, 96, 96)
        assert set(clip.ids.unique().tolist()) <= {*range(clip.objects + 1), IGNORE}
        for ident in range(1, clip.objects + 1):
            assert (clip.ids[0] == ident).sum() > 0.002 * 96 * 96
            for frame, ids in zip(clip.frames, clip.ids, strict=True):
                inside, outside = frame[:, ids == ident].float(), frame[:, ids == 0].float()
                if min(inside.shape[1], outside.shape[1]) > 50:  # brighter, as it was drawn
                    apart = inside.median(1).values - outside.median(1).values
                    assert apart.abs().max() > 10


def test_the_same_seed_gives_the_same_clip(folders: Path) -> None:
    source = StillClips(folder_pairs(folders), SamplesPart(size=64, paste=1.0))
    a, b, c = (source(np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert torch.equal(a.frames, b.frames) and torch.equal(a.ids, b.ids)
    assert not torch.equal(a.frames, c.frames)


def test_proposal_samples_have_tight_boxes(folders: Path) -> None:
    image, target = Views(folder_pairs(folders), SamplesPart(size=96))(np.random.default_rng(0))
    assert image.shape == (3, 96, 96)
    for box, mask in zip(target["boxes"], target["masks"], strict=True):
        x0, y0, x1, y1 = (int(v) for v in box)
        assert mask[y0:y1, x0:x1].sum() == mask.sum() > 0


def test_look_alikes_and_occluders_are_pasted_into_videos(folders: Path) -> None:
    pairs = folder_pairs(folders)
    video = Video("v", tuple(pairs))
    part = SamplesPart(size=96, longest_skip=1, most_objects=9, paste_videos=1.0)
    without = part.model_copy(update={"paste_videos": 0.0})
    plain, pasted = VideoClips([video], without), VideoClips([video], part, others=pairs)
    counts = [
        source(np.random.default_rng(seed)).objects
        for source in (plain, pasted)
        for seed in range(9)
    ]
    assert max(counts[9:]) > max(counts[:9]) == 2


def test_late_clips_keep_their_order_and_may_have_two_given_frames(tmp_path: Path) -> None:
    for number in range(30):
        shade = np.full((96, 96, 3), 40 + 5 * number, np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), shade)
    mask = np.zeros((96, 96), np.uint8)
    mask[20:76, 20:76] = 1
    write_indexed(tmp_path / "mask.png", mask)
    frames = tuple(Pair(tmp_path / f"{n}.png", tmp_path / "mask.png") for n in range(30))
    videos = [Video("v", frames)]
    source = VideoClips(
        videos, SamplesPart(size=96, longest_skip=1, far=1.0, farthest=100, resumed=0.5)
    )
    clips = [source(np.random.default_rng(seed)) for seed in range(40)]
    assert 8 <= sum(clip.given == 2 for clip in clips) <= 32
    shades = [
        clip.frames.float().flatten(1).median(1).values for clip in clips
    ]  # later frames are lighter
    gaps = [float(each[1:].mean() - each[0]) for each in shades]
    assert -10 < min(gaps) < 40 and max(gaps) > 80  # any, though no frame has 100 before it
    near = VideoClips(videos, SamplesPart(size=96, longest_skip=1, resumed=1.0))
    assert near(np.random.default_rng(0)).given == 1  # nothing is far, so nothing is resumed


def test_several_things_are_pasted_as_several_objects(folders: Path) -> None:
    part = SamplesPart(size=96, paste=1.0, most_objects=9, most_pasted=5)
    source = StillClips(folder_pairs(folders), part)
    assert max(source(np.random.default_rng(seed)).objects for seed in range(9)) > 3


def test_a_cut_shows_another_scene_without_the_objects() -> None:
    backs = 0
    for seed in range(300):
        clip, other = (
            [[np.full((8, 8), v, np.uint8) for v in range(5)] for _ in range(2)] for _ in range(2)
        )
        for mask in (*clip[1], *other[1]):
            mask[:] = 7
        for image in other[0]:
            image += 100
        cut_away(np.random.default_rng(seed), (clip[0], clip[1]), (other[0], other[1]))
        away = [bool(image[0, 0] >= 100) for image in clip[0]]
        assert not away[0] and any(away)
        assert "".join("x" if a else "." for a in away).strip(".").count(".") == 0  # in one piece
        assert [int(mask.max()) for mask in clip[1]] == [0 if a else 7 for a in away]
        backs += not away[-1]
    assert 0.5 < backs / 300 < 0.8  # the objects are back


@pytest.mark.parametrize("kind", ["stills", "video"])
def test_clips_are_cut_as_often_as_the_recipe_says(folders: Path, kind: str) -> None:
    pairs = tuple(folder_pairs(folders))
    found = []
    for share in (0.0, 1.0):
        part = SamplesPart(size=96, longest_skip=1, length=3, cuts=share, paste=0)
        videos = [Video("v", pairs[:3]), Video("w", pairs[3:])]
        source = VideoClips(videos, part) if kind == "video" else StillClips(pairs, part)
        clips = [source(np.random.default_rng(seed)) for seed in range(12)]
        found.append(sum(not (clip.ids > 0).flatten(1).any(1).all() for clip in clips))
    assert found[0] + 8 < found[1]  # a still is not cut to itself


def test_a_part_is_one_piece_of_one_object_of_one_colour() -> None:
    image, mask = np.full((96, 96, 3), 50, np.uint8), np.zeros((96, 96), np.uint8)
    mask[20:80, 20:80], mask[90:] = 3, IGNORE
    image[20:80, 20:80] = 120
    image[30:50, 40:70] = (220, 30, 30)  # a bag
    before = mask.copy()
    bags = 0
    for seed in range(20):
        ids = with_part(np.random.default_rng(seed), image, mask)
        assert np.array_equal(ids, with_part(np.random.default_rng(seed), image, mask))
        changed = ids != mask
        assert set(ids[changed]) <= {4} and set(mask[changed]) <= {3}
        assert cv2.connectedComponents(changed.astype(np.uint8))[0] <= 2
        assert changed.sum() <= 0.6 * 60 * 60
        bag = np.zeros_like(changed)
        bag[30:50, 40:70] = True
        bags += (changed & bag).sum() > 0.8 * max((changed | bag).sum(), 1)
    assert bags > 2
    assert np.array_equal(mask, before)


@pytest.mark.parametrize("ids", [(), (1,), (1, 230)])
def test_what_cannot_be_divided_stays_as_it_is(ids: tuple[int, ...]) -> None:
    mask = np.zeros((96, 96), np.uint8)
    for place, ident in enumerate(ids):
        side = 60 if ident > 200 else 15  # too many ids, too small
        mask[20 * place : 20 * place + side, :side] = ident
    image = np.random.default_rng(0).integers(0, 255, (96, 96, 3), np.uint8)
    assert np.array_equal(with_part(np.random.default_rng(0), image, mask), mask)


def test_strings_belong_to_one_object_and_are_seen() -> None:
    image, mask = np.full((90, 120, 3), 120, np.uint8), np.zeros((90, 120), np.uint8)
    mask[30:60, 40:70], mask[:, 110:] = 3, IGNORE
    before = mask.copy()
    seen, others = 0, 0
    for seed in range(30):
        picture, ids = with_strings(np.random.default_rng(seed), image, mask)
        again = with_strings(np.random.default_rng(seed), image, mask)
        assert np.array_equal(picture, again[0]) and np.array_equal(ids, again[1])
        added = ids != mask
        assert set(ids[added]) <= {3} and set(mask[added]) <= {0}
        near = cv2.dilate((ids == 3).astype(np.uint8), np.ones((13, 13)))
        assert cv2.connectedComponents(near)[0] == 2  # they begin at the object
        opened = cv2.morphologyEx((ids == 3).astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9)))
        assert opened.sum() < 1.5 * 30 * 30  # lines, no areas
        painted = (picture != image).any(2)
        seen += added.any() and painted[added].mean() > 0.8
        others += bool((painted & (near == 0)).any())
    assert seen > 20 and others > 10
    assert np.array_equal(mask, before) and (image == 120).all()


def test_strings_need_an_object() -> None:
    image, mask = np.zeros((90, 120, 3), np.uint8), np.zeros((90, 120), np.uint8)
    mask[:3, :3] = 1
    picture, ids = with_strings(np.random.default_rng(0), image, mask)
    assert np.array_equal(picture, image) and np.array_equal(ids, mask)


def test_parts_are_objects_of_simulated_clips(folders: Path) -> None:
    counts = []
    for share in (0.0, 1.0):
        part = SamplesPart(size=96, paste=0, most_objects=9, parts=share)
        source = StillClips(folder_pairs(folders), part)
        counts.append(sum(source(np.random.default_rng(seed)).objects for seed in range(12)))
    assert counts[1] > counts[0]


def test_a_crowd_hides_what_was_there_under_new_ids(folders: Path) -> None:
    pairs = folder_pairs(folders)
    image, mask = np.full((96, 96, 3), 50, np.uint8), np.zeros((96, 96), np.uint8)
    mask[30:60, 30:60], mask[90:] = 3, IGNORE
    counts = set()
    for seed in range(12):
        after, ids = paste_crowd(np.random.default_rng(seed), image, mask, pairs, 4)
        new = sorted(set(np.unique(ids)) - {0, 3, IGNORE})
        counts.add(len(new))
        assert new == list(range(4, 4 + len(new)))
        old = (ids == 3) | (ids == 0)
        assert np.array_equal(ids[old], mask[old])
        far = cv2.erode(old.astype(np.uint8), np.ones((15, 15))) == 1
        assert (after[far] == 50).all()  # but for soft edges, only what was pasted differs
    assert mask.max() == IGNORE and (image == 50).all() and max(counts) > 2


def test_a_drawn_look_keeps_edges_and_removes_noise() -> None:
    rng = np.random.default_rng(0)
    image = rng.normal(100, 12, (80, 80, 3)).clip(0, 255).astype(np.uint8)
    image[:, 40:] = (image[:, 40:] + 100).clip(0, 255)
    [out] = make_drawn(rng, [image])
    assert out[:, 5:35].std() < 0.7 * image[:, 5:35].std()
    assert out[:, 50:].mean() - out[:, :30].mean() > 70


def test_data_without_any_object_is_reported(folders: Path) -> None:
    for index in range(6):
        write_indexed(folders / "masks" / f"{index}.png", np.zeros((120, 160), np.uint8))
    pairs = folder_pairs(folders)
    for source in (StillClips(pairs, SamplesPart()), Views(pairs, SamplesPart())):
        with pytest.raises(InputError, match="draws in a row"):
            source(np.random.default_rng(0))


def test_a_mixture_draws_by_weight() -> None:
    mixture = Mixture([(3.0, lambda rng: "a"), (1.0, lambda rng: "b"), (0.0, lambda rng: "c")])
    rng = np.random.default_rng(0)
    drawn = [mixture(rng) for _ in range(4000)]
    assert "c" not in drawn
    assert drawn.count("a") == pytest.approx(3000, abs=4 * 28)  # four standard deviations


def _discs(*centres: tuple[int, int], side: int = 96) -> np.ndarray:
    mask = np.zeros((side, side), np.uint8)
    for number, centre in enumerate(centres, 1):
        cv2.circle(mask, centre, 10, number, -1)
    return mask


def test_of_many_objects_those_that_touch_are_chosen_together() -> None:
    mask = _discs((15, 15), (37, 15), (80, 80), (58, 80))  # two pairs
    chosen = set()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        clip = assemble(rng, [np.zeros((96, 96, 3), np.uint8)], [mask], 2, 0)
        assert clip is not None
        chosen.add(tuple(np.unique(mask[clip.ids[0].numpy() > 0]).tolist()))
    assert chosen == {(1, 2), (3, 4)}


def test_an_object_may_be_followed_alone() -> None:
    mask = _discs((15, 15), (37, 15))
    for seed in range(5):
        rng = np.random.default_rng(seed)
        clip = assemble(rng, [np.zeros((96, 96, 3), np.uint8)], [mask], 2, 0, alone=1.0)
        assert clip is not None and clip.objects == 1


def test_what_is_pasted_beside_an_object_touches_it_and_does_not_always_hide_it() -> None:
    grey, white = np.full((96, 96, 3), 90, np.uint8), np.full((96, 96, 3), 250, np.uint8)
    own, other = _discs((40, 40)), _discs((70, 20))
    left = set()
    for seed in range(30):
        images, masks = [grey.copy() for _ in range(4)], [own.copy() for _ in range(4)]
        paste_beside(np.random.default_rng(seed), images, masks, [white] * 4, [other] * 4, 9)
        pasted = (images[0] == 250).all(2)
        around = cv2.dilate((own == 1).view(np.uint8), np.ones((7, 7), np.uint8)) > 0
        assert (pasted & around).any()
        for image, mask in zip(images, masks, strict=True):
            white_here = (image == 250).all(2)
            assert (mask[white_here] != 1).all()  # an object or unknown, but not the one there
            assert not (white_here & (mask == 9)).any() or (mask[white_here] == 9).all()
        left.add(int((masks[-1] == 1).sum()) == int((own == 1).sum()))
    assert left == {True, False}
