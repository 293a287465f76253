"""Data sets on disk: what is read from good trees, and how bad ones are refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from ovos_cli.dataset_options import names
from ovos_cli.datasets import DatasetName, Submission, open_dataset
from ovos_cli.datasets.annotation import read_ids
from ovos_cli.datasets.layout import pictures
from ovos_cli.evaluation.preflight import check_frames, check_masks
from ovos_cli.media import folder_reader
from tests.conftest import write_indexed
from tests.trees import HEIGHT, WIDTH, davis_tree, image, scene, youtube_tree


def test_davis_2017(tmp_path: Path) -> None:
    data = open_dataset(DatasetName.DAVIS17, davis_tree(tmp_path))
    assert [s.name for s in data.sequences] == ["bear", "dogs"]
    dogs = data.sequences[1]
    assert dogs.frames == tuple(f"{i:05d}" for i in range(6))
    assert dogs.objects == {1: "00000", 2: "00000"}
    assert dogs.scored_frames(2) == ["00001", "00002", "00003", "00004"]
    assert dogs.has_truth and data.submission is None
    np.testing.assert_array_equal(dogs.given("00000"), scene(0))
    assert dogs.given("00001") is None
    check_frames(data)


def test_davis_ids_go_to_the_largest_of_the_first_frame(tmp_path: Path) -> None:
    root = davis_tree(tmp_path)
    for path in sorted((root / "Annotations/480p/dogs").iterdir()):
        ids = read_ids(path)
        write_indexed(path, np.where(ids == 2, 4, ids).astype(np.uint8))
    dogs = open_dataset(DatasetName.DAVIS17, root).sequences[1]
    assert list(dogs.objects) == [1, 2, 3, 4]


def test_davis_2016_has_one_object(tmp_path: Path) -> None:
    data = open_dataset(DatasetName.DAVIS16, davis_tree(tmp_path, "2016"))
    dogs = data.sequences[1]
    assert list(dogs.objects) == [1]
    np.testing.assert_array_equal(dogs.given("00000"), scene(0) > 0)


def test_davis_2016_lists_of_the_first_release(tmp_path: Path) -> None:
    root = davis_tree(tmp_path, "2017")
    (root / "ImageSets/480p").mkdir()
    (root / "ImageSets/480p/val.txt").write_text(
        "/JPEGImages/480p/dogs/00000.jpg /Annotations/480p/dogs/00000.png \n"
        "/JPEGImages/480p/dogs/00001.jpg /Annotations/480p/dogs/00001.png \n"
    )
    assert [s.name for s in open_dataset(DatasetName.DAVIS16, root).sequences] == ["dogs"]


def test_davis_test_dev_is_for_a_server(tmp_path: Path) -> None:
    root = davis_tree(tmp_path)
    (root / "ImageSets/2017/test-dev.txt").write_text("bear\ndogs\n")
    for path in (root / "Annotations/480p").rglob("*.png"):
        if path.stem != "00000":
            path.unlink()
    data = open_dataset(DatasetName.DAVIS17, root, "test-dev")
    assert data.submission is Submission.DAVIS
    assert not any(s.has_truth for s in data.sequences)
    assert len(data.sequences[0].wanted) == 6
    check_frames(data)


def test_youtube_objects_begin_later(tmp_path: Path) -> None:
    data = open_dataset(DatasetName.YTVOS19, youtube_tree(tmp_path))
    (video,) = data.sequences
    assert data.submission is Submission.YOUTUBE and data.seen == {"dog"}
    assert len(video.frames) == 11  # all frames are seen, the listed ones are wanted
    assert video.wanted == ("00000", "00005", "00010")
    assert video.objects == {1: "00000", 2: "00005"}
    assert video.categories == {1: "dog", 2: "kite"}
    later = video.given("00005")
    assert later is not None and set(np.unique(later)) == {0, 2}
    assert not video.has_truth
    check_frames(data)


def test_youtube_with_truth_is_scored_after_each_objects_first_frame(tmp_path: Path) -> None:
    (video,) = open_dataset(DatasetName.YTVOS18, youtube_tree(tmp_path, truth=True)).sequences
    assert video.has_truth
    assert video.scored_frames(1) == ["00005", "00010"]
    assert video.scored_frames(2) == ["00010"]
    later = video.given("00005")
    assert later is not None and set(np.unique(later)) == {0, 2}


def test_youtube_split_as_root_and_without_all_frames(tmp_path: Path) -> None:
    youtube_tree(tmp_path)
    (tmp_path / "valid_all_frames").rename(tmp_path / "elsewhere")
    (video,) = open_dataset(DatasetName.YTVOS18, tmp_path / "valid").sequences
    assert video.frames == ("00000", "00005", "00010")


@pytest.mark.parametrize("split", ["train", "test", "nonsense"])
def test_youtube_split_as_root_is_not_taken_for_another(tmp_path: Path, split: str) -> None:
    youtube_tree(tmp_path)
    with pytest.raises(InputError, match=f"valid is one split itself, and not '{split}'"):
        open_dataset(DatasetName.YTVOS18, tmp_path / "valid", split)
    (tmp_path / "valid").rename(tmp_path / "mine")  # which split it is cannot be seen any more
    data = open_dataset(DatasetName.YTVOS18, tmp_path / "mine", "test")
    assert len(data.sequences) == 1
    with pytest.raises(InputError, match="not 'nonsense'"):
        open_dataset(DatasetName.YTVOS18, tmp_path / "mine", "nonsense")


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    root = davis_tree(tmp_path / "davis")
    (tmp_path / "own").mkdir()
    (root / "JPEGImages/480p").rename(tmp_path / "own/images")
    (root / "Annotations/480p").rename(tmp_path / "own/masks")
    masks = tmp_path / "own/masks/dogs"
    for index in (1, 3, 4):
        (masks / f"{index:05d}.png").unlink()
    write_indexed(masks / "00000.png", scene(0, 1))
    data = open_dataset(DatasetName.FOLDER, tmp_path / "own")
    dogs = data.sequences[1]
    assert dogs.objects == {1: "00000", 2: "00002"}
    assert dogs.scored_frames(1) == ["00002", "00005"] and dogs.scored_frames(2) == ["00005"]
    check_frames(data)


def test_selection(tmp_path: Path) -> None:
    data = open_dataset(DatasetName.DAVIS17, davis_tree(tmp_path))
    assert [s.name for s in data.select(["dogs"]).sequences] == ["dogs"]
    assert [s.name for s in data.select(None, 1).sequences] == ["bear"]
    assert data.select(None, 1).label == data.select(["dogs"]).select(None, 1).label == "val-1of2"
    assert data.select(["dogs", "bear"], 5).label == data.label == "val"
    with pytest.raises(InputError, match="cat is not in davis17 val; there are: bear, dogs"):
        data.select(["cat"])


def test_masks_of_ids(tmp_path: Path) -> None:
    ids = scene(0, 3)
    void = ids.copy()
    void[-1] = 255
    np.testing.assert_array_equal(read_ids(write_indexed(tmp_path / "a.png", void)), ids)
    white = np.where(ids > 0, 255, 0).astype(np.uint8)
    np.testing.assert_array_equal(read_ids(write_indexed(tmp_path / "b.png", white)), ids > 0)
    merged = read_ids(write_indexed(tmp_path / "c.png", ids), merged=True)
    np.testing.assert_array_equal(merged, ids > 0)
    # As one of DAVIS-2016's masks is.
    Image.fromarray(white).convert("LA").save(tmp_path / "d.png")
    np.testing.assert_array_equal(read_ids(tmp_path / "d.png"), ids > 0)


@pytest.mark.parametrize(
    ("name", "split", "message"),
    [
        ("davis17", "nonsense", r"there is no split 'nonsense'.*there are: val"),
        ("davis16", None, r"no split 'val'.*ImageSets/2016/val.txt is missing"),
        ("davis17", "names.txt", r"names.txt names sequences that .*: cat; it holds: bear, dogs"),
        ("davis17", "empty.txt", "names no sequence"),
        ("ytvos18", None, r"not a YouTube-VOS root.*expected the folders valid; .*found: Annot"),
        ("folder", "missing.txt", "split file missing.txt does not exist"),
        ("folder", "train", "a folder has no split 'train'"),
        ("davis17", "nams.txt", "split file nams.txt does not exist"),
        ("davis17", "lists/val", "split file lists/val does not exist"),
        ("ytvos18", "nams.txt", "split file nams.txt does not exist"),
    ],
)
def test_what_is_not_the_data_set_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, split: str | None, message: str
) -> None:
    root = davis_tree(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("names.txt").write_text("bear\ncat\n")
    Path("empty.txt").write_text("\n")
    with pytest.raises(InputError, match=message):
        open_dataset(DatasetName(name), root, split)


def test_a_root_says_what_was_expected_and_found(tmp_path: Path) -> None:
    (tmp_path / "bear").mkdir()
    with pytest.raises(InputError, match=r"expected .*Annotations/480p; missing.*found: bear/"):
        open_dataset(DatasetName.DAVIS17, tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        open_dataset(DatasetName.DAVIS17, tmp_path / "nothing")
    with pytest.raises(InputError, match=r"should hold JPEGImages/NAME.*found: bear/"):
        open_dataset(DatasetName.FOLDER, tmp_path)


def test_two_pictures_of_one_frame_are_refused(tmp_path: Path) -> None:
    (tmp_path / "7.jpg").touch()
    (tmp_path / "7.png").touch()
    with pytest.raises(InputError, match=r"holds 7\.jpg and 7\.png, which stand for one frame"):
        pictures(tmp_path)


def test_a_missing_first_annotation_is_named(tmp_path: Path) -> None:
    root = davis_tree(tmp_path / "d")
    (root / "Annotations/480p/dogs/00000.png").unlink()
    with pytest.raises(InputError, match=r"sequence dogs: the first annotation is missing.*00000"):
        open_dataset(DatasetName.DAVIS17, root)
    root = youtube_tree(tmp_path / "y")
    (root / "valid/Annotations/0a1b2c3d4e/00005.png").unlink()
    with pytest.raises(InputError, match="first annotation of object 2 is missing"):
        open_dataset(DatasetName.YTVOS18, root)


def test_the_preflight_lists_everything_that_is_wrong(tmp_path: Path) -> None:
    root = davis_tree(tmp_path)
    write_indexed(root / "Annotations/480p/bear/00000.png", np.zeros((48, 64), np.uint8))
    (root / "Annotations/480p/dogs/00003.png").unlink()
    (root / "JPEGImages/480p/dogs/00004.jpg").write_text("no picture")
    with pytest.raises(InputError) as caught:
        check_frames(open_dataset(DatasetName.DAVIS17, root))
    message = str(caught.value)
    assert "bear: sequence bear: its first annotation" in message and "no object" in message
    assert "dogs: annotations are missing: 1 of its frames (00003)" in message
    assert "00004.jpg is not a readable image" in message


def test_images_that_a_list_or_the_numbers_promise_are_missed(tmp_path: Path) -> None:
    root = youtube_tree(tmp_path / "y")
    for folder in root.glob("valid*"):
        (folder / "JPEGImages/0a1b2c3d4e/00010.jpg").unlink(missing_ok=True)
    with pytest.raises(InputError, match=r"0a1b2c3d4e: no image of 1 of its frames \(00010\)"):
        check_frames(open_dataset(DatasetName.YTVOS18, root))
    root = davis_tree(tmp_path / "d")
    for path in (root / "Annotations/480p").rglob("*.png"):
        if path.stem != "00000":
            path.unlink()
    (root / "JPEGImages/480p/dogs/00003.jpg").unlink()
    with pytest.raises(InputError, match=r"dogs: no image of 1 of its frames \(00003\)"):
        check_frames(open_dataset(DatasetName.DAVIS17, root))


@pytest.mark.parametrize("frame", ["00000", "00005"])
def test_the_image_of_an_objects_first_frame_is_missed(frame: str, tmp_path: Path) -> None:
    root = youtube_tree(tmp_path, truth=True)
    for folder in root.glob("valid*"):
        (folder / f"JPEGImages/0a1b2c3d4e/{frame}.jpg").unlink(missing_ok=True)
    with pytest.raises(InputError, match=rf"without an image: 1 of its frames \({frame}\)"):
        check_frames(open_dataset(DatasetName.YTVOS18, root))


def test_every_second_frame_is_whole(tmp_path: Path) -> None:
    root = davis_tree(tmp_path, frames=11)
    for path in [*root.rglob("*.jpg"), *root.rglob("*.png")]:
        if int(path.stem) % 2:
            path.unlink()
    check_frames(open_dataset(DatasetName.DAVIS17, root))


def test_numbers_that_do_not_count_the_frames_promise_nothing(tmp_path: Path) -> None:
    root = davis_tree(tmp_path)
    for kind in ("JPEGImages", "Annotations"):
        for path in (root / kind / "480p/dogs").iterdir():
            path.rename(path.with_stem(str(1_700_000_000_000_000_000 + 5 * int(path.stem))))
    check_frames(open_dataset(DatasetName.DAVIS17, root))


def test_a_list_that_is_annotated_here_and_there_promises_nothing(tmp_path: Path) -> None:
    root = youtube_tree(tmp_path, truth=True)
    meta = json.loads((root / "valid/meta.json").read_text())
    more = [f"{i:05d}" for i in (1, 2, 3, 4)]
    meta["videos"]["0a1b2c3d4e"]["objects"]["1"]["frames"] += more
    (root / "valid/meta.json").write_text(json.dumps(meta))
    check_frames(open_dataset(DatasetName.YTVOS18, root))


def test_truth_that_a_list_promises_is_missed(tmp_path: Path) -> None:
    root = youtube_tree(tmp_path, truth=True)
    meta = json.loads((root / "valid/meta.json").read_text())
    meta["videos"]["0a1b2c3d4e"]["objects"]["1"]["frames"].append("00007")
    (root / "valid/meta.json").write_text(json.dumps(meta))
    data = open_dataset(DatasetName.YTVOS18, root)
    with pytest.raises(InputError, match=r"without an annotation: 1 of its frames \(00007\)"):
        check_frames(data)
    (tmp_path / "m/0a1b2c3d4e").mkdir(parents=True)
    with pytest.raises(InputError, match=r"without an annotation: 1 of its frames \(00007\)"):
        check_masks(data, tmp_path / "m")


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{",
        '{"videos": []}',
        '{"videos": {}}',
        '{"videos": {"v": {"objects": []}}}',
        '{"videos": {"v": {"objects": {}}}}',
        '{"videos": {"v": {"objects": {"1": {"frames": [0]}}}}}',
        '{"videos": {"v": {"objects": {"1": {"frames": "0"}}}}}',
        '{"videos": {"v": {"objects": {"0": {"frames": ["0"]}}}}}',
        '{"videos": {"v": {"objects": {"1": {"frames": ["0"], "category": []}}}}}',
    ],
)
def test_a_list_of_another_kind_is_refused(content: str, tmp_path: Path) -> None:
    root = youtube_tree(tmp_path)
    (root / "valid/meta.json").write_text(content)
    with pytest.raises(InputError, match="is missing or not YouTube-VOS's"):
        open_dataset(DatasetName.YTVOS18, root)


def test_a_later_object_that_its_mask_lacks_is_named(tmp_path: Path) -> None:
    root = youtube_tree(tmp_path)
    path = root / "valid/Annotations/0a1b2c3d4e/00005.png"
    write_indexed(path, np.ones((48, 64), np.uint8))
    with pytest.raises(InputError, match=r"00005.png lacks object 2"):
        check_frames(open_dataset(DatasetName.YTVOS18, root))


def test_photographs_on_their_side_are_measured_as_they_are_read(tmp_path: Path) -> None:
    for kind in ("images", "masks"):
        (tmp_path / kind / "one").mkdir(parents=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    for index in range(3):
        ids = scene(index, 1)
        picture = Image.fromarray(image(ids, index)).transpose(Image.Transpose.ROTATE_90)
        picture.save(tmp_path / "images/one" / f"{index}.jpg", exif=exif)
        write_indexed(tmp_path / "masks/one" / f"{index}.png", ids)
    data = open_dataset(DatasetName.FOLDER, tmp_path)
    check_frames(data)
    assert folder_reader.read_picture(tmp_path / "images/one/0.jpg").shape[:2] == (HEIGHT, WIDTH)
    # And masks that note the same: both are turned.
    for index in range(3):
        turned = Image.fromarray(np.rot90(scene(index, 1)))
        turned.save(tmp_path / "masks/one" / f"{index}.png", exif=exif)
    data = open_dataset(DatasetName.FOLDER, tmp_path)
    check_frames(data)
    np.testing.assert_array_equal(data.sequences[0].read("0"), scene(0, 1))


def test_void_alone_is_no_object_of_a_folder_that_begins_with_ids(tmp_path: Path) -> None:
    for kind in ("images", "masks"):
        (tmp_path / kind / "one").mkdir(parents=True)
    for index, ids in enumerate((scene(0, 3), np.where(scene(1, 3), 255, 0), scene(2, 3))):
        Image.fromarray(image(scene(index, 3), index)).save(tmp_path / f"images/one/{index}.png")
        shown = np.where(ids == 1, 0, ids).astype(np.uint8)
        write_indexed(tmp_path / f"masks/one/{index}.png", shown)
    (sequence,) = open_dataset(DatasetName.FOLDER, tmp_path).sequences
    assert sequence.objects == {2: "0", 3: "0"}
    assert not sequence.read("1").any()
    assert sequence.given("1") is None


def test_sequences_whose_names_have_commas_and_blanks_can_be_chosen(tmp_path: Path) -> None:
    root = davis_tree(tmp_path)
    for kind in ("JPEGImages", "Annotations"):
        (root / kind / "480p/bear").rename(root / kind / "480p/a, my bear")
    listing = tmp_path / "mine.txt"
    listing.write_bytes(b"\xef\xbb\xbfdogs \r\na, my bear\r\n")
    data = open_dataset(DatasetName.DAVIS17, root, str(listing))
    assert [s.name for s in data.select(names("dogs, a, my bear")).sequences] == [
        "dogs",
        "a, my bear",
    ]
    assert [s.name for s in data.select(names("a,my bear")).sequences] == ["a, my bear"]
    with pytest.raises(InputError, match="--sequences: a is not in"):
        data.select(names("a"))
