"""Annotations that cannot be used are refused, with the way on; what is doubtful is said."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from ovos_cli.formats.opening import open_annotations
from ovos_cli.masks.annotated_masks import masks_of
from ovos_cli.masks.keyframes import mask_arguments, read_keyframe_mask
from ovos_cli.shot.given import read_given_masks
from tests.formats.shots import HEIGHT, WIDTH, export, masks, taken
from tests.shot.frames import StillFrames

SQUARE = [10, 10, 20, 10, 20, 20, 10, 20]


def coco(**changed: Any) -> dict[str, Any]:
    """One object in frame 2."""
    annotation = {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0}
    annotation |= {"segmentation": [SQUARE], "attributes": {"track_id": 5}}
    values = {
        "images": [{"id": 1, "file_name": "00002.jpg", "width": WIDTH, "height": HEIGHT}],
        "categories": [{"id": 1, "name": "dog"}],
        "annotations": [annotation],
    }
    return values | changed


def annotations(*changed: dict[str, Any]) -> dict[str, Any]:
    (one,) = coco()["annotations"]
    return coco(annotations=[one | change for change in changed])


def saved(folder: Path, value: Any, name: str = "shot.json") -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def cvat(shapes: str, **attributes: object) -> str:
    values = {"id": 2, "name": "frame_000002", "width": WIDTH, "height": HEIGHT} | attributes
    shown = " ".join(f'{key}="{value}"' for key, value in values.items())
    return f"<annotations><image {shown}>{shapes}</image></annotations>"


def labelme(**changed: Any) -> dict[str, Any]:
    shape = {"label": "dog", "points": [[1, 1], [9, 1], [9, 9]], "shape_type": "polygon"}
    values = {"imagePath": "00002.jpg", "imageHeight": HEIGHT, "imageWidth": WIDTH}
    return values | {"shapes": [shape | {"group_id": 5} | changed]}


def rle(counts: Any, size: tuple[int, int] = (HEIGHT, WIDTH)) -> dict[str, Any]:
    return {"segmentation": {"size": [*size], "counts": counts}}


PIXELS = HEIGHT * WIDTH
REFUSED: dict[str, tuple[str, Any, str]] = {
    "no JSON": ("a.json", "{", "not readable JSON"),
    "another JSON": ("a.json", {"a": 1}, "holds no annotations that can be read: COCO"),
    "deep JSON": ("a.json", "[" * 100_000, "not readable JSON"),
    "empty": ("a.json", "", "not readable JSON"),
    "no images": ("a.json", coco(images={}), "images is no list"),
    "an unknown image": (
        "a.json",
        annotations({"image_id": 9}),
        "image 9, which is not in its list",
    ),
    "images of one id": (
        "a.json",
        coco(images=[*coco()["images"], coco()["images"][0] | {"file_name": "00003.jpg"}]),
        "two of its images have the id 1",
    ),
    "a category without an id": (
        "a.json",
        coco(categories=[{"name": "dog"}]),
        "a category lacks 'id'",
    ),
    "an annotation that is none": ("a.json", coco(annotations=[3]), "not what it should be"),
    "no annotations": ("a.json", coco(annotations=[]), "holds no object"),
    "boxes": ("a.json", annotations({"segmentation": []}), "boxes are no masks"),
    "an endless frame": (
        "a.json",
        coco(images=[coco()["images"][0] | {"width": 10**9}]),
        "which no frame is",
    ),
    "an image without a size": (
        "a.json",
        coco(images=[{"id": 1, "file_name": "a"}]),
        "lacks 'height'",
    ),
    "short runs": ("a.json", annotations(rle([5, 5])), "cover less than"),
    "long runs": ("a.json", annotations(rle([0, PIXELS + 1])), f"{PIXELS + 1} pixels of {PIXELS}"),
    "negative runs": ("a.json", annotations(rle([-1, PIXELS + 1])), "not all numbers of pixels"),
    "no code": ("a.json", annotations(rle("~~~")), "no run-length code"),
    "another size": ("a.json", annotations(rle([10], (2, 5))), "it is 5x2, and its frame 64x48"),
    "two points": ("a.json", annotations({"segmentation": [[1, 2, 3, 4]]}), "three points"),
    "an odd number": ("a.json", annotations({"segmentation": [[1, 2, 3]]}), "no list of x, y"),
    "text": ("a.json", annotations({"segmentation": [["a", "b"]]}), "could not convert"),
    "NaN": ("a.json", annotations({"segmentation": [[1, 2, 3, 4, float("nan"), 5]]}), "no number"),
    "far outside": ("a.json", annotations({"segmentation": [[1, 2, 3, 4, 5e3, 5]]}), "far outside"),
    "a half track": ("a.json", annotations({"attributes": {"track_id": 1.5}}), "no whole number"),
    "one number, two objects": (
        "a.json",
        coco(
            categories=[{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}],
            annotations=[
                annotations({})["annotations"][0],
                annotations({"category_id": 2})["annotations"][0],
            ],
        ),
        "object 5 is 'dog' in one place and 'cat' in another.*a number of its own",
    ),
    "too many objects": (
        "a.json",
        annotations(*({"attributes": {"track_id": i}} for i in range(1, 300))),
        "holds 299 objects, and 254",
    ),
    "one frame twice": (
        "a.json",
        coco(
            images=[
                {"id": i, "file_name": f"{n}2.jpg", "width": WIDTH, "height": HEIGHT}
                for i, n in ((1, "0000"), (2, "a/0000"))
            ],
            annotations=[annotations({"image_id": i})["annotations"][0] for i in (1, 2)],
        ),
        "both frame 2",
    ),
    "another video": (
        "a.json",
        coco(images=[coco()["images"][0] | {"file_name": "00007.jpg"}]),
        "of a video of 8 frames or more, and this one has 5",
    ),
    "two videos": (
        "a.json",
        {"videos": [{}, {}], "annotations": [], "categories": []},
        "is of 2 videos; keep the one",
    ),
    "a list of another length": (
        "a.json",
        {
            "videos": [{"id": 1, "width": WIDTH, "height": HEIGHT, "length": 3}],
            "annotations": [{"id": 1, "video_id": 1, "segmentations": [None]}],
        },
        "masks of 1 frames, not of 3",
    ),
    "no mask in any frame": (
        "a.json",
        [{"video_id": 1, "category_id": 1, "score": 1, "segmentations": [None]}],
        "none of its objects has a mask",
    ),
    "no XML": ("a.xml", "<annotations>", "not readable XML"),
    "another XML": ("a.xml", "<html/>", "holds no annotations"),
    "entities": (
        "a.xml",
        '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><annotations>&c;</annotations>',
        "declares a document type",
    ),
    "an entity from elsewhere": (
        "a.xml",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>',
        "declares a document type",
    ),
    "boxes in XML": ("a.xml", cvat('<box label="a"/>'), "no mask and no polygon, but 1 box"),
    "XML's short runs": (
        "a.xml",
        cvat('<mask label="a" rle="1, 2" left="0" top="0" width="2" height="2"/>'),
        "cover 3 pixels of a box of 2x2",
    ),
    "XML's mask without runs": (
        "a.xml",
        cvat('<mask label="a" left="0" top="0" width="2" height="2"/>'),
        "it lacks 'rle'",
    ),
    "XML's box outside": (
        "a.xml",
        cvat('<mask label="a" rle="0, 4" left="63" top="0" width="2" height="2"/>'),
        "does not lie in the frame",
    ),
    "XML's runs of text": (
        "a.xml",
        cvat('<mask label="a" rle="a" left="0" top="0" width="2" height="2"/>'),
        "no whole number",
    ),
    "XML's endless box": (
        "a.xml",
        cvat(
            '<mask label="a" rle="0, 99999999999" left="0" top="0" width="99999999999" height="1"/>'
        ),
        "does not lie in the frame",
    ),
    "XML's points": ("a.xml", cvat('<polygon label="a" points="1,2,3;4"/>'), "not x,y;x,y"),
    "a group of two labels": (
        "a.xml",
        cvat(
            "".join(
                f'<polygon label="{label}" group_id="3" points="1,1;9,1;9,9"/>' for label in "ab"
            )
        ),
        "object 3 is 'a' in one place and 'b' in another",
    ),
    "a shape without a label": (
        "a.json",
        labelme() | {"shapes": [{"points": [], "shape_type": "polygon"}]},
        "lacks 'label'",
    ),
    "boxes in LabelMe": (
        "a.json",
        labelme(shape_type="rectangle"),
        "no mask and no polygon, but 1",
    ),
    "no base64": (
        "a.json",
        labelme(shape_type="mask", points=[[1, 1], [2, 2]], mask="ä"),
        "mask of object 5",
    ),
    "no picture": (
        "a.json",
        labelme(shape_type="mask", points=[[1, 1], [2, 2]], mask=base64.b64encode(b"a").decode()),
        r"a\.json, frame '00002': the mask of 'dog' is not a readable image",
    ),
    "MOTS of five columns": (
        "a.txt",
        "1 2001 2 48 64 abc\n1 2 3 4 5\n",
        "line 2.*5 columns, not 6",
    ),
    "MOTS of text": ("a.txt", "1 2001 2 48 64 abc\nx 2 3 4 5 abc\n", "line 2"),
    "MOTS of two sizes": (
        "a.txt",
        "1 2001 2 48 64 a\n2 2001 2 4 6 a\n",
        "several sizes: 6x4, 64x48",
    ),
    "MOTS of bad runs": ("a.txt", "1 2001 2 48 64 abc\n", "object 1"),
    "boxes of YOLO": ("a.txt", "0 0.5 0.5 0.1 0.1\n", "boxes are no masks"),
    "pixels in YOLO": ("a.txt", "0 10 10 20 10 20 20\n", "not parts of the frame's sides"),
    "another text": ("a.txt", "hello\n", "holds no annotations"),
    "no zip": ("a.zip", "PK", "not a readable zip"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_with_its_name(tmp_path: Path, case: str) -> None:
    name, value, message = REFUSED[case]
    path = saved(tmp_path, value, name)
    with pytest.raises(InputError, match=message) as refusal:
        taken(path)
    assert name in str(refusal.value)


def numbered(*numbers: int | None) -> dict[str, Any]:
    """Squares side by side, of one class."""
    return annotations(
        *(
            {
                "attributes": {} if number is None else {"track_id": number},
                "segmentation": [[10 * i, 5, 10 * i + 8, 5, 10 * i + 8, 9, 10 * i, 9]],
            }
            for i, number in enumerate(numbers)
        )
    )


USED: dict[str, tuple[dict[str, Any], set[int], str]] = {
    "no numbers": (numbered(None, None), {1, 2}, "the order within a frame: 1 is dog, 2 is dog"),
    "some numbers": (numbered(1, None), {1, 2}, "2 is dog"),
    "numbers too large": (numbered(1001, 2000), {1, 2}, "numbered anew: 1001 is 1, 2000 is 2"),
    "zero": (numbered(0, 1), {1, 2}, "numbered anew: 0 is 1, 1 is 2"),
    "an unknown category": (annotations({"category_id": 0}), {5}, "category 0 is not in its list"),
    "no categories": (coco(categories=[]), {5}, "category 1 is not in its list"),
    "no category": (
        annotations({"category_id": None}),
        {5},
        "annotations have no category",
    ),
    "numbers as texts": (
        annotations({"image_id": "1", "category_id": "1"}, {"segmentation": None}),
        {5},
        "1 annotations have no segm",
    ),
    "a box beside": (annotations({}, {"segmentation": None}), {5}, "1 annotations have no segm"),
    "one object twice": (annotations({}, {"id": 2}), {5}, "object 5 has several masks"),
    "a crowd": (
        annotations(
            {"iscrowd": 1, "attributes": {}},
            {"attributes": {"track_id": 3}, "segmentation": [[30, 5, 40, 5, 40, 9]]},
        ),
        {1, 3},
        "marked as crowds",
    ),
    "nothing within": (
        annotations({}, {"segmentation": [[70, 5, 80, 5, 80, 9]], "attributes": {"track_id": 6}}),
        {5},
        "object 6 has no pixel within the frame",
    ),
}


@pytest.mark.parametrize("case", USED)
def test_what_is_doubtful_is_used_and_said(tmp_path: Path, case: str) -> None:
    value, idents, message = USED[case]
    found, doubts = taken(saved(tmp_path, value))
    assert {*np.unique(found[2])} == {0, *idents}
    assert any(message in doubt for doubt in doubts), doubts


def test_what_comes_later_is_above_and_that_is_said(tmp_path: Path) -> None:
    above = {"segmentation": [[15, 10, 25, 10, 25, 20, 15, 20]], "attributes": {"track_id": 6}}
    found, doubts = taken(saved(tmp_path, annotations({}, above)))
    assert (found[2] == 6).sum() == 100 and (found[2] == 5).sum() == 50
    assert any("object 6 covers 50 pixels of object 5" in doubt for doubt in doubts)


def test_polygons_end_at_the_picture(tmp_path: Path) -> None:
    found, doubts = taken(
        saved(tmp_path, annotations({"segmentation": [[-9, -9, 9, -9, 9, 9, -9, 9]]}))
    )
    assert doubts == [] and found[2][:9, :9].all() and (found[2] > 0).sum() == 81


def test_cvats_shapes_lie_by_their_order(tmp_path: Path) -> None:
    shapes = [
        f'<polygon label="a{z}" group_id="{z + 1}" z_order="{z}" points="5,5;9,5;9,9;5,9"/>'
        for z in (3, 1, 2)
    ]
    found, _ = taken(saved(tmp_path, cvat("".join(shapes)), "a.xml"))
    assert {*np.unique(found[2])} == {0, 4}


def test_tracks_without_groups_count_from_one(tmp_path: Path) -> None:
    polygon = '<polygon frame="{}" outside="{}" points="5,5;9,5;9,9;5,9"/>'
    track = '<track id="0" label="a">' + polygon.format(1, 0) + polygon.format(2, 1) + "</track>"
    found, doubts = taken(saved(tmp_path, f"<annotations>{track}</annotations>", "a.xml"))
    assert [*found] == [1] and {*np.unique(found[1])} == {0, 1} and doubts == []


def test_a_lone_object_without_a_number_is_the_only_one(tmp_path: Path) -> None:
    path = saved(tmp_path, labelme(group_id=None))
    reader: Any = StillFrames(5)
    (mask,) = masks_of(open_annotations(path), reader).masks.values()
    assert mask.white


def test_labels_apart_are_objects_apart_in_every_frame(tmp_path: Path) -> None:
    for frame, labels in ((0, "ab"), (1, "b"), (2, "ba")):
        shapes = [
            {"label": label, "points": [[x, 1], [x + 5, 1], [x + 5, 9]], "shape_type": "polygon"}
            for label, x in zip(labels, (10, 30), strict=False)
        ]
        value = labelme() | {"imagePath": f"{frame:05d}.jpg", "shapes": shapes}
        saved(tmp_path, value, f"{frame:05d}.json")
    found, (doubt,) = taken(tmp_path)
    assert [found[i][2, 14] for i in range(3)] == [1, 2, 2] and found[2][2, 34] == 1
    assert "1 is a, 2 is b" in doubt


def test_a_file_of_one_frame_goes_where_it_is_said_to(tmp_path: Path) -> None:
    reader: Any = StillFrames(5)
    only = saved(tmp_path, labelme(), "a.json")
    found = masks_of(open_annotations(only), reader, 4)
    assert [*found.masks] == [4]
    assert "taken for frame 4, and says that it is of frame 2" in found.doubts[0]
    unnamed = saved(tmp_path, labelme() | {"imagePath": "cat.jpg"}, "b.json")
    found = masks_of(open_annotations(unnamed), reader)
    assert [*found.masks] == [0] and "does not say of which frame" in found.doubts[0]
    versioned = saved(tmp_path, labelme() | {"imagePath": "cat_v3.jpg"}, "c.json")
    found = masks_of(open_annotations(versioned), reader)
    assert [*found.masks] == [3] and "'cat_v3' in" in found.doubts[0]
    several = export(tmp_path, "coco")
    assert [*masks_of(open_annotations(several), reader, 1).masks] == [1]
    with pytest.raises(InputError, match="no mask of frame 3, but of 0, 1, 2, 4"):
        masks_of(open_annotations(several), reader, 3)


def test_frames_outside_of_the_range_are_left_out(tmp_path: Path) -> None:
    reader: Any = StillFrames(5)
    reader.start, reader.end = 1, 2
    found = masks_of(open_annotations(export(tmp_path, "coco")), reader)
    assert [*found.masks] == [1, 2]
    assert "masks of 2 frames outside of frames 1 to 2" in found.doubts[0]
    reader.start = reader.end = 3
    with pytest.raises(InputError, match="none of which is among frames 3 to 3"):
        masks_of(open_annotations(tmp_path / "coco.json"), reader)


def test_names_that_no_frame_has_are_refused_unless_frames_are_counted(tmp_path: Path) -> None:
    reader: Any = StillFrames(5)
    reader.names = [f"cat_{i}" for i in range(5)]
    with pytest.raises(InputError, match=r"mask of '00000', and no frame.*cat_0 to cat_4"):
        taken(export(tmp_path, "labelme"), reader)
    found, doubts = taken(export(tmp_path, "coco"), reader)
    assert (
        sorted(found) == [0, 1, 2, 4]
        and "calls frame 0 '00000', and here it is 'cat_0'" in doubts[0]
    )


def zipped(path: Path, files: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def png(values: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(values).save(content, "PNG")
    return content.getvalue()


def test_zips_are_read_as_folders_are(tmp_path: Path) -> None:
    golden = Path(__file__).parent / "golden" / "segmentation-mask"
    files = {str(f.relative_to(golden)): f.read_bytes() for f in golden.rglob("*") if f.is_file()}
    unpacked, _ = taken(golden)
    found, _ = taken(zipped(tmp_path / "task.zip", {"__MACOSX/._a.png": b"", **files}))
    for index, ids in unpacked.items():
        np.testing.assert_array_equal(found[index], ids)


@pytest.mark.parametrize(
    "name", ["../out.json", "/etc/out.json", "a/../../out.json", "C:/out.json"]
)
def test_zips_whose_names_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", {name: json.dumps(coco())})
    with pytest.raises(InputError, match="leads out of it"):
        taken(path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    at = len(content) // 4
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


@pytest.mark.parametrize("damage", [_cut, _flipped])
def test_damaged_zips_are_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = zipped(tmp_path / "a.zip", {"a.json": json.dumps(coco())})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match="not a readable zip"):
        taken(path)


def test_zips_that_would_fill_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ovos_cli.formats.tree._MOST", 1000)
    path = zipped(tmp_path / "a.zip", {"a.json": " " * 2000})
    with pytest.raises(InputError, match="would take 2000 bytes"):
        taken(path)


def voc(colour: tuple[int, int, int], labels: str | None) -> dict[str, bytes | str]:
    classes = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    classes[5:9, 5:9] = colour
    files: dict[str, bytes | str] = {"SegmentationClass/00002.png": png(classes)}
    return files if labels is None else files | {"labelmap.txt": labels}


def test_colours_that_labelmap_does_not_name_are_refused(tmp_path: Path) -> None:
    right = "# label:color_rgb:parts:actions\nbackground:0,0,0::\ndog: big:1,2,3::\n"
    found, doubts = taken(zipped(tmp_path / "right.zip", voc((1, 2, 3), right)))
    assert (found[2] > 0).sum() == 16 and "has no SegmentationObject" in doubts[0]
    for name, colour, labels, message in (
        ("a", (9, 2, 3), right, "#090203 of a class, which is not in labelmap.txt"),
        ("b", (1, 2, 3), "dog:red::\n", "the line 'dog:red::'"),
        ("c", (1, 2, 3), None, "no labelmap.txt"),
        ("d", (1, 2, 3), f"{right}cat:1,2,3::\n", "gives the colour 1,2,3 to dog: big and to cat"),
    ):
        with pytest.raises(InputError, match=message):
            taken(zipped(tmp_path / f"{name}.zip", voc(colour, labels)))


def test_classes_and_numbers_of_yolo_must_go_together(tmp_path: Path) -> None:
    place = export(tmp_path, "yolo-seg")
    one, _ = taken(place / "labels/00000.txt")  # alone, its folders tell classes and numbers
    np.testing.assert_array_equal(one[0] == 1, masks()[0] == 1)
    (place / "ids/00000.txt").write_text("1\n")
    with pytest.raises(InputError, match=r"00000.txt has 4 lines, and its text in ids 1"):
        taken(place)
    (place / "ids/00000.txt").unlink()
    (place / "data.yaml").write_text("names: [dog]")
    with pytest.raises(InputError, match=r"its class is 1, and data\.yaml names 0"):
        taken(place)
    (place / "data.yaml").write_text("names: {")
    with pytest.raises(InputError, match="no YAML"):
        taken(place)


def test_numbers_that_stand_last_in_lines_of_yolo_are_objects(tmp_path: Path) -> None:
    saved(tmp_path, "0 0.1 0.1 0.5 0.1 0.5 0.5 7\n", "00002.txt")
    found, doubts = taken(tmp_path / "00002.txt")
    assert {*np.unique(found[2])} == {0, 7} and doubts == []


def test_a_lone_picture_of_mots_is_read_as_one(tmp_path: Path) -> None:
    values = np.zeros((HEIGHT, WIDTH), np.uint16)
    values[5:9, 5:9], values[20:30, 20:30] = 1003, 2007
    Image.fromarray(values).save(tmp_path / "a.png")
    mask = read_keyframe_mask(tmp_path / "a.png")
    assert {*np.unique(mask.ids)} == {0, 3, 7} and "2005 is object 5" in mask.doubt
    values[values > 0] = 65535
    Image.fromarray(values).save(tmp_path / "white.png")
    assert read_keyframe_mask(tmp_path / "white.png").white


def test_folders_of_plain_masks_stay_what_they_are(tmp_path: Path) -> None:
    Image.fromarray(masks()[0]).save(tmp_path / "00000.png")
    saved(tmp_path, {"state": "complete"}, "run.json")
    saved(tmp_path, "{", "damaged.json")
    saved(tmp_path, "<html>", "page.xml")
    saved(tmp_path, "0 0.5 0.5 0.5 0.5 0.9 0.9\n", "times.txt")
    (tmp_path / "notes.txt").write_bytes(b"\xff\xfe\xff")
    assert mask_arguments([str(tmp_path)], 0) == [("00000", tmp_path / "00000.png")]
    annotated = export(tmp_path / "..", "coco")
    assert mask_arguments([str(annotated), f"3={annotated}"], 0) == [
        (None, annotated),
        (3, annotated),
    ]


def test_the_length_that_a_file_says_is_compared_with_the_videos(tmp_path: Path) -> None:
    place = export(tmp_path, "ytvis")
    _, doubts = taken(place, StillFrames(9))
    assert len(doubts) == 1 and "is of 5 frames, and this video has 9" in doubts[0]
    with pytest.raises(InputError, match="of a video of 5 frames or more, and this one has 4"):
        taken(place, StillFrames(4))


def test_options_of_pictures_are_of_no_use_to_annotations(tmp_path: Path) -> None:
    given = read_given_masks([str(export(tmp_path, "coco"))], StillFrames(5), None, 128)  # type: ignore[arg-type]
    assert sorted(given.masks) == [0, 1, 2, 4] and given.classes == {1: "dog", 3: "cat", 7: "dog"}
    assert any("--mask-threshold are of pictures" in doubt for doubt in given.doubts)


def test_one_frame_in_two_files_is_refused(tmp_path: Path) -> None:
    files = [str(export(tmp_path, name)) for name in ("coco", "mots")]
    with pytest.raises(InputError, match=r"frame 0 has two masks, .*coco.json and .*mots"):
        read_given_masks(files, StillFrames(5))  # type: ignore[arg-type]


def results(**changed: Any) -> dict[str, Any]:
    """One result, of a detector that knows nothing of videos."""
    return {"image_id": 3, "category_id": 1, "segmentation": [SQUARE], "score": 0.9} | changed


def test_results_of_a_detector_are_counted_from_their_first_image(tmp_path: Path) -> None:
    found, doubts = taken(saved(tmp_path, [results(), results(image_id=4)]))
    assert sorted(found) == [2, 3] and "image 1 is taken for frame 0" in doubts[0]
    found, doubts = taken(saved(tmp_path, [results(), results(image_id=0)]))
    assert sorted(found) == [0, 3] and "image 0 is taken for frame 0" in doubts[0]
    found, doubts = taken(saved(tmp_path, [results(image_id=f"0000{i}") for i in (1, 2)]))
    assert sorted(found) == [1, 2]


def test_of_results_over_each_other_the_better_score_is_above(tmp_path: Path) -> None:
    other = results(category_id=2, score=0.5, segmentation=[[0, 0, 15, 0, 15, 47, 0, 47]])
    found, _ = taken(saved(tmp_path, [results(), other]))
    assert found[2][12, 12] == found[2][18, 18] != found[2][2, 2] != 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"segmentation": None, "bbox": [1, 2, 3, 4]}, "has a segmentation"),
        ({"score": "high"}, "a score is"),
        ({"image_id": 1.5}, "image_id"),
        ({"image_id": -1}, "image -1"),
        ({"image_id": 99}, "99 frames or more"),
        ({"segmentation": {"size": [9, 9], "counts": [81]}}, "9"),
        ({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [5]}}, "cover less than"),
    ],
)
def test_results_that_cannot_be_used_are_refused(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        taken(saved(tmp_path, [results(**changed)]))
