"""Pictures as the source: which are frames, of a folder or a file, and what they show."""

import struct
import sys
import zlib
from collections.abc import Callable, Iterable
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from models.errors import InputError
from models.pictures.still import read_still
from models.training.data.pictures import read_image
from ovos_cli.media.frame import Frame
from ovos_cli.media.frame_names import natural_key
from ovos_cli.media.open_source import open_source
from tests.conftest import picture


def _frames(folder: Path, names: list[str], size: tuple[int, int] = (64, 48)) -> Path:
    folder.mkdir(exist_ok=True)
    for index, name in enumerate(names):
        Image.fromarray(picture(index, *size)).save(folder / name)
    return folder


def _stems(*given: object, **options: object) -> list[str]:
    return [f.stem for f in open_source(*given, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["mask.png", "0000_mask.png", "0002.png", "mask.tif"])
def test_a_mask_among_the_frames_is_no_frame(tmp_path: Path, name: str) -> None:
    names = ["0001.png", "0003.png", "0004.png"]
    folder = _frames(tmp_path / "shot", [*names, name])
    reader = open_source(folder, apart=[folder / name])
    assert [f.stem for f in reader] == ["0001", "0003", "0004"]
    assert f"{name} of the folder {folder} is given as a mask and is no frame" in reader.warnings[0]
    assert "the 3 others are counted without it" in reader.warnings[0]


def test_several_masks_among_the_frames_are_said_once(tmp_path: Path) -> None:
    folder = _frames(tmp_path / "shot", ["1.png", "2.png", "m1.png", "m2.png"])
    reader = open_source(folder, apart=[folder / "m1.png", folder / "m2.png"])
    assert [f.stem for f in reader] == ["1", "2"]
    assert len(reader.warnings) == 1 and "m1.png and 1 more of the folder" in reader.warnings[0]


@pytest.mark.parametrize("linked", ["from the folder", "into the folder", "hard"])
def test_a_mask_is_known_under_another_name(tmp_path: Path, linked: str) -> None:
    folder = _frames(tmp_path / "shot", ["1.png", "2.png", "mask.png"])
    inside, outside = folder / "mask.png", tmp_path / "other.png"
    if linked == "from the folder":
        inside.rename(outside)
        inside.symlink_to(outside)
    elif linked == "hard":
        outside.hardlink_to(inside)
    else:
        outside.symlink_to(inside)
    assert _stems(folder, apart=[outside]) == ["1", "2"]


def test_a_mask_of_a_frames_name_elsewhere_takes_no_frame_away(tmp_path: Path) -> None:
    folder = _frames(tmp_path / "shot", ["1.png", "2.png"])
    mask = _frames(tmp_path / "masks", ["1.png"]) / "1.png"
    reader = open_source(folder, apart=[mask])
    assert [f.stem for f in reader] == ["1", "2"] and reader.warnings == []


def test_a_frame_without_a_number_is_doubted(tmp_path: Path) -> None:
    folder = _frames(tmp_path / "shot", [f"{i}.png" for i in range(12)] + ["preview.png"])
    reader = open_source(folder)
    assert len(list(reader)) == 13
    assert len(reader.warnings) == 1 and "preview.png has no number" in reader.warnings[0]


def test_what_file_managers_leave_is_no_frame(tmp_path: Path) -> None:
    folder = _frames(tmp_path / "shot", ["1.jpg", "2.jpg"])
    for name in ("._1.jpg", ".2.jpg", "Thumbs.db", "desktop.ini", ".DS_Store", "1.jpg.xmp"):
        (folder / name).write_bytes(b"x")
    (folder / "3.jpg").mkdir()
    assert _stems(folder) == ["1", "2"]


def test_an_empty_file_is_said_before_the_first_frame(tmp_path: Path) -> None:
    folder = _frames(tmp_path / "shot", ["1.png", "2.png"])
    (folder / "3.png").touch()
    with pytest.raises(InputError, match=r"3\.png is empty \(0 bytes\)"):
        open_source(folder)


def test_a_link_to_nothing_is_said_before_the_first_frame(tmp_path: Path) -> None:
    folder = _frames(tmp_path / "shot", ["1.png", "2.png"])
    (folder / "3.png").symlink_to(tmp_path / "moved.png")
    with pytest.raises(InputError, match=r"3\.png links to a file that is not there"):
        open_source(folder)


def test_one_file_is_not_the_video_and_its_mask(tmp_path: Path) -> None:
    path = _frames(tmp_path, ["1.png"]) / "1.png"
    with pytest.raises(InputError, match="given as the video and as its mask"):
        open_source(path, apart=[path])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a10.png", "a9.png", "a².png"], ["a9", "a10", "a²"]),
        (["f.-1.png", "f.0.png", "f.-10.png", "f.2.png"], ["f.-10", "f.-1", "f.0", "f.2"]),
        (["a-2.png", "a-10.png", "a-1.png"], ["a-1", "a-2", "a-10"]),
        (["01.png", "1.png", "002.png"], ["01", "1", "002"]),
    ],
    ids=["superscript", "negative", "hyphen", "alike"],
)
def test_frames_are_in_the_order_of_their_numbers(
    tmp_path: Path, names: list[str], expected: list[str]
) -> None:
    assert _stems(_frames(tmp_path / "shot", names)) == expected


def test_a_date_holds_no_negative_number() -> None:
    assert natural_key("2024-01-02") < natural_key("2024-01-10")


def _animation(path: Path, count: int = 5) -> Path:
    """Frames of 40, 80, 40, 80, … ms."""
    pictures = [Image.fromarray(picture(i, 64, 48)) for i in range(count)]
    options = {".webp": {"lossless": True}, ".avif": {"quality": 90}}.get(path.suffix, {})
    durations = [40 + 40 * (i % 2) for i in range(count)]
    timed = {} if path.suffix == ".tif" else {"duration": durations}
    pictures[0].save(path, save_all=True, append_images=pictures[1:], **options, **timed)
    return path


ANIMATIONS = ["stack.tif", "a.webp", "a.gif", "a.png", "a.avif"]


@pytest.mark.parametrize("alone", [True, False], ids=["in a folder", "itself"])
@pytest.mark.parametrize("name", ANIMATIONS)
def test_every_picture_of_a_file_is_a_frame(tmp_path: Path, name: str, alone: bool) -> None:
    path = _animation(tmp_path / name)
    reader = open_source(tmp_path if alone else path)
    frames = list(reader)
    assert [f.stem for f in frames] == [f"{i:05d}" for i in range(5)] == reader.names
    assert reader.estimate == 5 and reader.whole and reader.warnings == []
    for frame in frames:
        difference = np.abs(frame.image.astype(int) - picture(frame.index, 64, 48))
        assert np.median(difference) <= 3
    step = [0, 40, 120, 160, 240]
    times = [Fraction(i, 24) for i in range(5)] if name == "stack.tif" else step
    assert [f.time * (1 if name == "stack.tif" else 1000) for f in frames] == times
    assert [f.index for f in open_source(path, start=2, end=3)] == [2, 3]
    np.testing.assert_array_equal(next(iter(open_source(path, start=2))).image, frames[2].image)


@pytest.mark.parametrize("name", [*ANIMATIONS, "folder"])
def test_frames_are_the_same_whichever_way_they_are_read(tmp_path: Path, name: str) -> None:
    path = _frames(tmp_path / "shot", [f"{i}.png" for i in range(5)])
    if name == "folder":
        Image.new("RGB", (128, 96), "red").save(path / "3.png")  # one that is scaled
    else:
        path = _animation(tmp_path / name)
    forward = list(open_source(path))

    def same(frames: Iterable[Frame], expected: list[int]) -> None:
        read = list(frames)
        assert [f.index for f in read] == expected
        for frame in read:
            before = forward[frame.index]
            assert (frame.stem, frame.time) == (before.stem, before.time)
            np.testing.assert_array_equal(frame.image, before.image)

    reader = open_source(path, start=1, end=3)
    assert reader.seekable and reader.count() == 5
    same([reader.frame(4)], [4])
    same(reader.between(1, 9, backward=True), [4, 3, 2, 1])
    same(reader.between(0, 2), [0, 1, 2])
    same(reader, [1, 2, 3])
    with pytest.raises(InputError, match="has no frame 5; its last is 4"):
        reader.frame(5)


def test_an_animation_is_known_by_its_content(tmp_path: Path) -> None:
    path = _animation(tmp_path / "a.webp").rename(tmp_path / "a.bin")
    assert len(list(open_source(path))) == 5


def test_a_single_picture_is_a_source_of_one_frame(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(picture(0, 64, 48)).save(tmp_path / "a.jpg", exif=exif)
    [frame] = open_source(tmp_path / "a.jpg")
    assert frame.image.shape == (64, 48, 3)


def test_a_picture_is_one_whatever_it_is_called(tmp_path: Path) -> None:
    Image.fromarray(picture(0, 64, 48)).save(tmp_path / "a.png")
    Image.fromarray(picture(0, 64, 48)).save(tmp_path / "a.mp4", "BMP")
    [frame], [same] = open_source(tmp_path / "a.png"), open_source(tmp_path / "a.mp4")
    np.testing.assert_array_equal(frame.image, same.image)


@pytest.mark.parametrize("name", ["a.tif", "a.hdr"])
def test_floats_are_no_frame_alone_either(tmp_path: Path, name: str) -> None:
    """FFmpeg would show them as they are stored, linear light or not, and 1 as white."""
    assert cv2.imwrite(str(tmp_path / name), np.full((8, 8, 3), 0.5, np.float32))
    with pytest.raises(InputError, match=rf"{name} is not a readable image.* save it as PNG"):
        open_source(tmp_path / name)


@pytest.mark.parametrize("name", ["stack.tif", "a.webp"])
def test_a_folder_of_files_with_several_pictures_is_refused(tmp_path: Path, name: str) -> None:
    second = _animation(tmp_path / name)
    Image.fromarray(picture(0, 64, 48)).save(tmp_path / f"0{second.suffix}")
    with pytest.raises(InputError, match="holds 5 pictures, and in a folder of several files each"):
        open_source(tmp_path)


def test_several_pictures_are_no_image_of_a_data_set(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds 5 pictures, and one is expected"):
        read_image(_animation(tmp_path / "a.webp"))


def test_previews_beside_a_picture_are_no_frames(tmp_path: Path) -> None:
    large, small = Image.fromarray(picture(0, 64, 48)), Image.fromarray(picture(1, 16, 12))
    small.encoderinfo = {"tiffinfo": {254: 1}}  # a reduced version
    large.save(tmp_path / "1.tif", save_all=True, append_images=[small])
    large.save(tmp_path / "2.mpo", save_all=True, append_images=[small])  # as cameras do
    (tmp_path / "2.mpo").rename(tmp_path / "2.jpg")
    for name in ("1.tif", "2.jpg"):
        with Image.open(tmp_path / name) as opened:
            assert opened.n_frames == 2
        [frame] = open_source(tmp_path / name)
        assert frame.image.shape == (48, 64, 3)


def test_what_an_animated_png_shows_to_other_programs_is_no_frame(tmp_path: Path) -> None:
    first, *others = [Image.fromarray(picture(i, 64, 48)) for i in range(4)]
    options = {"save_all": True, "append_images": others, "default_image": True, "duration": 50}
    first.save(tmp_path / "a.png", **options)
    frames = list(open_source(tmp_path / "a.png"))
    assert [int(f.image[0, 0, 2]) for f in frames] == [10, 20, 30]
    assert [float(f.time) for f in frames] == [0, 0.05, 0.1]


def test_a_damaged_animation_gives_its_good_frames_and_a_warning(tmp_path: Path) -> None:
    noise = [np.random.default_rng(i).integers(0, 256, (48, 64, 3), np.uint8) for i in range(6)]
    first, *others = map(Image.fromarray, noise)
    first.save(tmp_path / "a.tif", save_all=True, append_images=others)
    data = bytearray((tmp_path / "a.tif").read_bytes())
    with Image.open(tmp_path / "a.tif") as stack:
        stack.seek(3)
        tags = stack.tag_v2
    place = data.index(tags[273][0].to_bytes(4, "little"))
    data[place : place + 4] = (2**31).to_bytes(4, "little")  # its pixels are past the end
    (tmp_path / "a.tif").write_bytes(data)
    reader = open_source(tmp_path / "a.tif")
    assert [f.index for f in reader] == [0, 1, 2]
    assert not reader.whole and "a.tif is damaged at frame 3" in reader.warnings[0]


def _layer() -> np.ndarray:
    """White, all of it transparent, but for a red square."""
    layer = np.full((48, 64, 4), 255, np.uint8)
    layer[..., 3] = 0
    layer[10:20, 10:30] = (255, 0, 0, 255)
    return layer


def _transparent(path: Path, kind: str) -> Path:
    layer = Image.fromarray(_layer())
    if kind == "RGBA":
        layer.save(path)
    elif kind == "LA":
        layer.convert("LA").save(path)
    elif kind == "palette":
        indices = Image.fromarray((_layer()[..., 3] > 0).astype(np.uint8))
        indices.putpalette([255, 255, 255, 255, 0, 0])
        indices.save(path, transparency=0)
    else:  # tRNS
        Image.fromarray(_layer()[..., :3]).save(path, transparency=(255, 255, 255))
    return path


@pytest.mark.parametrize("kind", ["RGBA", "LA", "palette", "tRNS"])
def test_what_is_transparent_is_black_and_said(tmp_path: Path, kind: str) -> None:
    for name in ("1.png", "2.png"):
        _transparent(tmp_path / name, kind)
    reader = open_source(tmp_path)
    red = 76 if kind == "LA" else (255, 0, 0)
    expected = np.zeros((48, 64, 3), np.uint8)
    expected[10:20, 10:30] = red
    for frame in reader:
        np.testing.assert_array_equal(frame.image, expected)
    assert len(reader.warnings) == 1
    assert "frame 0 (1.png) has transparent parts" in reader.warnings[0]


def test_half_transparent_colours_are_mixed_with_black(tmp_path: Path) -> None:
    pixels = np.full((4, 4, 4), (200, 100, 50, 128), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    still = read_still(tmp_path / "a.png")
    assert still.transparent
    expected = np.array([200, 100, 50]) * (128 / 255)
    assert np.abs(still.pixels - expected).max() <= 1


def test_alpha_that_hides_nothing_is_not_spoken_of(tmp_path: Path) -> None:
    opaque = np.dstack([picture(3, 64, 48), np.full((48, 64), 255, np.uint8)])
    Image.fromarray(opaque).save(tmp_path / "a.png")
    reader = open_source(tmp_path)
    [frame] = reader
    np.testing.assert_array_equal(frame.image, picture(3, 64, 48))
    assert reader.warnings == []


def test_a_transparent_animation_is_black_there(tmp_path: Path) -> None:
    first, second = Image.fromarray(_layer()), Image.fromarray(np.roll(_layer(), 5, 1))
    first.save(tmp_path / "a.webp", save_all=True, append_images=[second], lossless=True)
    reader = open_source(tmp_path / "a.webp")
    for frame in reader:
        assert (frame.image[..., 1:] == 0).all() and (frame.image[..., 0] == 255).sum() == 200
    assert "frame 0 (a.webp) has transparent parts" in reader.warnings[0]


def _long_text(path: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("workflow", "x" * 2_000_000, zip=True)
    Image.new("RGB", (8, 8)).save(path, pnginfo=notes)


def _bomb(path: Path) -> None:
    data = BytesIO()
    Image.new("L", (8, 8)).save(data, "PNG")
    content = bytearray(data.getvalue())
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    path.write_bytes(content)


def _torn(path: Path) -> None:
    _frames(path.parent, [path.name])
    path.write_bytes(path.read_bytes()[:60])


@pytest.mark.parametrize("spoil", [_long_text, _bomb, _torn])
@pytest.mark.parametrize("alone", [True, False], ids=["in a folder", "itself"])
def test_whatever_pillow_raises_is_said_with_the_name(
    tmp_path: Path, spoil: Callable[[Path], None], alone: bool
) -> None:
    spoil(tmp_path / "x.png")
    with pytest.raises(InputError, match=r"x\.png"):
        list(open_source(tmp_path if alone else tmp_path / "x.png"))


def test_a_size_that_changes_is_scaled_and_said(tmp_path: Path) -> None:
    _frames(tmp_path, ["1.png", "2.png"])
    half = Image.fromarray(picture(2, 64, 48)).resize((32, 24))
    for name in ("3.png", "4.png"):
        half.save(tmp_path / name)
    reader = open_source(tmp_path)
    frames = list(reader)
    assert {f.image.shape for f in frames} == {(48, 64, 3)}
    assert np.median(np.abs(frames[3].image.astype(int) - picture(2, 64, 48))) <= 1
    assert len(reader.warnings) == 1
    assert "frame 2 (3.png) is 32x24 and was scaled to 64x48" in reader.warnings[0]


@pytest.mark.parametrize("size", [(48, 64), (60, 48)], ids=["portrait", "cropped"])
def test_a_shape_that_changes_is_refused_before_the_first_frame(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    _frames(tmp_path, ["1.png", "2.png"])
    Image.new("RGB", size).save(tmp_path / "3.png")
    with pytest.raises(InputError, match=rf"frame 2 \(3\.png\) is {size[0]}x{size[1]}") as raised:
        open_source(tmp_path)
    assert "--end 1" in str(raised.value) and "--start 2" in str(raised.value)
    assert len(list(open_source(tmp_path, end=1))) == len(list(open_source(tmp_path, start=2))) + 1


def _film(path: Path, colour: tuple[int, int, int], codec: str, kind: str) -> Path:
    """One frame of a colour, as FFmpeg writes it."""
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 48, kind
    encoder.time_base = Fraction(1, 24)
    if "f32" in kind:
        linear = ((np.array(colour) / 255 + 0.055) / 1.055) ** 2.4
        pixels = np.broadcast_to(linear.astype(np.float32), (48, 64, 3))
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="gbrpf32le")
    else:
        pixels = np.broadcast_to(np.array(colour, np.uint8), (48, 64, 3))
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame = frame.reformat(format=kind)
    path.write_bytes(b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode()])))
    return path


@pytest.mark.parametrize(
    ("name", "kind"), [("exr", "gbrpf32le"), ("dpx", "gbrp10be"), ("dpx", "rgb48be")]
)
def test_film_frames_show_the_colours_that_they_hold(tmp_path: Path, name: str, kind: str) -> None:
    colours = [(200, 100, 50), (30, 60, 240)]
    for index, colour in enumerate(colours):
        _film(tmp_path / f"shot.{index:04d}.{name}", colour, name, kind)
    frames = list(open_source(tmp_path))
    assert [f.stem for f in frames] == ["shot.0000", "shot.0001"]
    for frame, colour in zip(frames, colours, strict=True):
        assert np.abs(frame.image.astype(int) - colour).max() <= 1
    [alone] = open_source(tmp_path / f"shot.0001.{name}")
    np.testing.assert_array_equal(alone.image, frames[1].image)


@pytest.mark.parametrize(("suffix", "library"), [("heic", "pillow_heif"), ("jxl", "pillow_jxl")])
def test_extra_formats_are_read_by_their_library(tmp_path: Path, suffix: str, library: str) -> None:
    module = pytest.importorskip(library)
    if suffix == "heic":
        module.register_heif_opener()
    for index in range(2):
        Image.fromarray(picture(index, 64, 48)).save(tmp_path / f"{index}.{suffix}", quality=95)
    frames = list(open_source(tmp_path))
    for frame in frames:
        difference = np.abs(frame.image.astype(int) - picture(frame.index, 64, 48))
        assert np.median(difference) <= 3
    assert len(frames) == 2 and len(list(open_source(tmp_path / f"1.{suffix}"))) == 1


@pytest.mark.parametrize("suffix", ["heic", "jxl"])
def test_without_its_library_a_format_is_refused_with_what_to_do(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("pillow_heif", "pillow_jxl"):
        monkeypatch.setitem(sys.modules, library, None)
    (tmp_path / f"1.{suffix}").write_bytes(b"x")
    for given in (tmp_path, tmp_path / f"1.{suffix}"):
        with pytest.raises(InputError, match=r"pip install 'ovos-cli\[pictures\]', or convert"):
            open_source(given)


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_a_picture_larger_than_masks_may_be_is_refused_by_its_header(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    shown = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    shown[0].save(path, save_all=name == "a.webp", append_images=shown[1:])
    data = bytearray(path.read_bytes())
    if name == "a.png":
        data[16:24] = struct.pack(">II", 13000, 13000)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    else:
        place = data.index(b"VP8X") + 12
        data[place : place + 6] = (9999).to_bytes(3, "little") * 2
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"{name} says that it is 1\d000x1\d000, more than"):
        list(open_source(path))
