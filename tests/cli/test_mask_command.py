"""`ovos mask` through the command's own entry point."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.clicks.by_proposals import ByProposals
from models.clicks.prompt import Click, Prompt
from models.errors import InputError
from models.sources.npz import write_npz
from models.sources.stored import StoredProposals
from ovos_cli.mask.objects import prompts_of
from ovos_cli.mask.run import objects_in
from ovos_cli.masks.palette import davis_palette
from tests.cli.command import run_main
from tests.conftest import picture, write_indexed, write_video
from tests.shot.test_live import piped

SMALL = ["--size", "64", "--device", "cpu", "-q"]
RED = "3,3,29,45"
"""A box within the red half of the clip's frames."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two proposals of each frame: the red half and the other."""
    masks = np.zeros((2, 48, 64), bool)
    masks[0, :, :32] = masks[1, :, 32:] = True
    folder = tmp_path / "proposals"
    folder.mkdir()
    for index in range(6):
        proposals = StoredProposals.of_frame_masks(masks, np.array([0.9, 0.8]), "here")
        write_npz(folder, f"{index:05d}", proposals)
    return folder


def read(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        assert picture.mode == "P" and (picture.getpalette() or [])[:9] == davis_palette()[:9]
        return np.array(picture)


def test_options_are_said_of_the_object_before_them() -> None:
    given = [("point", "1,2"), ("object", "3"), ("pick", "4"), ("object", "1"), ("not_", "5,6")]
    assert prompts_of(given) == {
        1: Prompt(clicks=(Click(1, 2), Click(5, 6, inside=False))),
        3: Prompt(proposal=4),
    }
    assert prompts_of([("object", "2"), ("box", "1, 2,3,4")]) == {2: Prompt(box=(1, 2, 3, 4))}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([("object", "2"), ("object", "3"), ("pick", "1")], "nothing is said of object 2"),
        ([("object", "255"), ("pick", "1")], "1 to 254"),
        ([("box", "1,2,3")], "--box 1,2,3 cannot be read"),
        ([("point", "1.5,2")], "--point 1.5,2 cannot be read"),
        ([("not_", "x")], "--not x cannot be read"),
        ([("pick", "1"), ("pick", "2")], "--pick twice"),
    ],
)
def test_values_that_cannot_be_read_are_refused(given: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        prompts_of(given)


def test_several_objects_in_the_order_of_the_command_line(
    clip: Path, files: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "new" / "first.png"
    model = ["--weights", untrained, "--proposals", f"files:{files}", *SMALL]
    base = ["mask", clip, "--frame", 2, "-o", out, *model]
    objects = ["--object", 7, "--pick", 1, "--object", 2, "--pick", 0, "--not", "2,2"]
    assert run_main(monkeypatch, *base, *objects) == (0, "")
    ids = read(out)
    assert ids.shape == (48, 64) and set(np.unique(ids)) == {0, 2, 7}
    assert ids[24, 16] == 2 and ids[24, 48] == 7 and ids[2, 2] == 0
    with Image.open(out.with_name("first_preview.jpg")) as preview:
        assert preview.size == (64, 48)
        seen = np.array(preview).astype(int)
    assert seen[24, 48, 0] > 30  # nothing red is there but the tint

    status, said = run_main(monkeypatch, *base, *objects)
    assert status == 2 and "is there already" in said and "--overwrite" in said
    assert run_main(monkeypatch, *base, "--overwrite", "--box", RED) == (0, "")
    assert set(np.unique(read(out))) == {0, 1}
    segment = ["segment", clip, "--start", 2, "-m", out, "-o", tmp_path / "run", "--no-overlay"]
    assert run_main(monkeypatch, *segment, "--weights", untrained, *SMALL) == (0, "")
    assert np.array_equal(read(tmp_path / "run/masks/00002.png"), read(out))


def test_an_earlier_mask_is_corrected_and_added_to(
    clip: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:40, 40:60], ids[2:6, 34:38] = 5, 9
    earlier = write_indexed(tmp_path / "earlier.png", ids)
    out = tmp_path / "first.png"
    base = ["mask", clip, "-o", out, "--weights", untrained, *SMALL, "--add", earlier]
    said_of = ["--box", RED, "--object", 5, "--not", "50,38"]
    assert run_main(monkeypatch, *base, *said_of) == (0, "")
    found = read(out)
    assert set(np.unique(found)) == {0, 1, 5, 9}
    assert np.array_equal(found == 9, ids == 9)
    assert found[38, 50] != 5 and not ((found == 5) & (ids != 5)).any()
    assert ((found == 1)[:, 32:]).sum() == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "say where an object is"),
        (["--point", "64,5"], "object 1: the point 64,5 is outside of the picture, which is 64x48"),
        (["--box", "5,5,5,9"], "no area"),
        (["--point", "5,5", "--not", "5,5"], "inside and as outside"),
        (["--pick", "99"], "no proposal 99"),
        (["--box", RED, "--frame", "6"], "frame 6"),
        (["--box", RED, "--out", "first.jpg"], "should be a PNG"),
        (["--box", RED, "--add", "missing.png"], "missing.png does not exist"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_left(
    options: list[str], said: str, clip: Path, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    status, message = run_main(monkeypatch, "mask", clip, "--weights", untrained, *SMALL, *options)
    assert status == 2 and said in message
    assert not list(folder.iterdir())


def test_an_object_of_which_nothing_is_left_is_named() -> None:
    image = np.full((48, 64, 3), 90, np.uint8)
    nothing = ByProposals(image, StoredProposals.none((48, 64)))
    taken = np.ones((48, 64), np.uint8)
    with pytest.raises(InputError, match="object 2: nothing is found"):
        objects_in((48, 64), nothing, {2: Prompt(box=(5, 5, 20, 20))}, taken)


def test_the_frame_is_the_one_that_was_asked_for(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moving(index: int, width: int, height: int) -> np.ndarray:
        image = np.full((height, width, 3), 30, np.uint8)
        image[10:30, 4 + 6 * index : 20 + 6 * index] = (220, 60, 60)
        return image

    clip = write_video(tmp_path / "moving.mp4", draw=moving)
    out = tmp_path / "first.png"
    arguments = ["mask", clip, "--frame", 4, "--box", "28,10,44,30", "-o", out]
    assert run_main(monkeypatch, *arguments, "--weights", untrained, *SMALL) == (0, "")
    truth = np.zeros((48, 64), bool)
    truth[10:30, 28:44] = True
    found = read(out) == 1
    assert (found & truth).sum() / (found | truth).sum() > 0.9


def test_what_it_writes_among_the_frames_is_no_frame(
    tmp_path: Path, files: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (frames := tmp_path / "frames").mkdir()
    for index in range(3):
        Image.fromarray(picture(index, 64, 48)).save(frames / f"{index:05d}.jpg")
    mask, out = frames / "first.png", tmp_path / "out"
    given = ["--box", RED, "-o", mask, "--proposals", f"files:{files}", *SMALL]
    for more in ([], ["--add", mask, "--overwrite"]):
        assert run_main(monkeypatch, "mask", frames, *given, *more) == (0, "")
    assert (frames / "first_preview.jpg").exists()
    options = ["-m", mask, "-o", out, "--weights", untrained, "--no-overlay", *SMALL]
    assert run_main(monkeypatch, "segment", frames, *options) == (0, "")
    assert sorted(path.stem for path in (out / "masks").iterdir()) == ["00000", "00001", "00002"]


def test_a_pipe_has_a_first_frame_too(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = write_video(tmp_path / "a.mkv", 6)
    given = ["--box", RED, "--frame", "2", "--proposals", f"files:{files}", *SMALL]
    assert run_main(monkeypatch, "mask", video, "-o", tmp_path / "file.png", *given)[0] == 0
    with piped(tmp_path / "pipe", video.read_bytes()) as pipe:
        assert run_main(monkeypatch, "mask", pipe, "-o", tmp_path / "pipe.png", *given)[0] == 0
    assert (tmp_path / "pipe.png").read_bytes() == (tmp_path / "file.png").read_bytes()
