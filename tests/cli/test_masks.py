"""Palettes, first masks that are taken, and those that are refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from PIL.PngImagePlugin import PngInfo

from models.errors import InputError
from ovos_cli.datasets.annotation import header, read_ids
from ovos_cli.masks.first_mask import parse_colours, read_first_mask
from ovos_cli.masks.palette import davis_palette
from ovos_cli.masks.writer import write_mask
from tests.conftest import write_indexed


def _ids(*values: int) -> np.ndarray:
    ids = np.zeros((40, 60), np.uint8)
    for place, value in enumerate(values):
        ids[5:30, 2 + 12 * place : 12 + 12 * place] = value
    return ids


def test_davis_palette_begins_as_published() -> None:
    palette = np.array(davis_palette()).reshape(256, 3).tolist()
    assert palette[:9] == [
        [0, 0, 0],
        [128, 0, 0],
        [0, 128, 0],
        [128, 128, 0],
        [0, 0, 128],
        [128, 0, 128],
        [0, 128, 128],
        [128, 128, 128],
        [64, 0, 0],
    ]
    assert len({tuple(c) for c in palette}) == 256


def test_ids_and_palette_survive_a_round_trip(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    palette = rng.integers(0, 256, 768).tolist()
    ids = _ids(1, 7, 254)
    first = read_first_mask(write_indexed(tmp_path / "in.png", ids, palette))
    np.testing.assert_array_equal(first.ids, ids)
    write_mask(tmp_path / "out.png", first.ids, first.palette)
    with Image.open(tmp_path / "out.png") as out:
        assert out.mode == "P"
        assert out.getpalette("RGB") == palette
        np.testing.assert_array_equal(np.array(out), ids)
    assert not list(tmp_path.glob("*.part"))


def test_a_short_palette_is_extended(tmp_path: Path) -> None:
    path = write_indexed(tmp_path / "in.png", _ids(1, 2), [0, 0, 0, 9, 9, 9, 5, 5, 5])
    palette = read_first_mask(path).palette
    assert palette[:9] == [0, 0, 0, 9, 9, 9, 5, 5, 5]
    assert len(palette) == 768


def test_a_palette_that_shows_nothing_is_replaced(tmp_path: Path) -> None:
    ramp = [value for value in range(256) for _ in range(3)]
    seen = [0, 0, 0, 200, 0, 0, 0, 200, 0] + [0] * 759
    for ids, palette, kept in (
        (_ids(1, 2), seen, True),
        (_ids(1, 2, 3), seen, False),  # 3 is as black as the background
        (_ids(1, 2), ramp, False),
        (_ids(255), ramp, False),  # white becomes the id 1
        (_ids(100, 200), ramp, True),
    ):
        first = read_first_mask(write_indexed(tmp_path / "in.png", ids, palette))
        assert first.palette == (palette if kept else davis_palette())


@pytest.mark.parametrize("white", [1, 255, 128])
def test_black_and_white_is_one_object(tmp_path: Path, white: int) -> None:
    path = tmp_path / "grey.png"
    Image.fromarray(_ids(white)).save(path)
    np.testing.assert_array_equal(read_first_mask(path).ids, _ids(1))


def test_bilevel_and_rgb_black_and_white_are_one_object(tmp_path: Path) -> None:
    grey = Image.fromarray(_ids(255))
    for name, mode in (("one.png", "1"), ("rgb.png", "RGB"), ("alpha.png", "LA")):
        grey.convert(mode).save(tmp_path / name)
        np.testing.assert_array_equal(read_first_mask(tmp_path / name).ids, _ids(1))


def test_solid_grey_values_are_ids_and_void_is_background(tmp_path: Path) -> None:
    Image.fromarray(_ids(1, 2, 200)).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(read_first_mask(tmp_path / "grey.png").ids, _ids(1, 2, 200))
    write_indexed(tmp_path / "void.png", _ids(1, 255))
    np.testing.assert_array_equal(read_first_mask(tmp_path / "void.png").ids, _ids(1))
    write_indexed(tmp_path / "all.png", _ids(255))
    np.testing.assert_array_equal(read_first_mask(tmp_path / "all.png").ids, _ids(1))


def test_soft_edges_are_refused(tmp_path: Path) -> None:
    soft = Image.fromarray(_ids(255)).filter(ImageFilter.GaussianBlur(1.5))
    soft.save(tmp_path / "soft.png")
    with pytest.raises(InputError, match="antialias"):
        read_first_mask(tmp_path / "soft.png")


@pytest.mark.parametrize("blur", [0.7, 1.5])
@pytest.mark.parametrize("colours", [5, 16, 64, 256])
def test_soft_edges_are_refused_in_an_indexed_picture(
    tmp_path: Path, blur: float, colours: int
) -> None:
    """What `quantize` makes of a smoothed mask; the background may get any index."""
    circle = Image.new("L", (160, 120))
    ImageDraw.Draw(circle).ellipse((40, 20, 120, 100), fill=255)
    soft = circle.filter(ImageFilter.GaussianBlur(blur)).convert("RGB").quantize(colours)
    soft.save(tmp_path / "soft.png")
    with pytest.raises(InputError, match="antialias"):
        read_first_mask(tmp_path / "soft.png")


def test_many_small_and_thin_objects_are_taken_from_an_indexed_picture(tmp_path: Path) -> None:
    many = np.repeat(np.repeat(np.arange(1, 241, dtype=np.uint8).reshape(12, 20), 4, 0), 3, 1)
    thin = np.zeros((60, 80), np.uint8)
    for ident in range(1, 11):
        thin[5 * ident, 5:75] = ident  # wires, one crossed by a post
    thin[:, 40:42] = 20
    thin[2, 2] = 21  # a dot
    void = _ids(1, 2)
    void[:, 10] = 255
    for name, ids in (("many", many), ("thin", thin)):
        path = write_indexed(tmp_path / f"{name}.png", ids)
        np.testing.assert_array_equal(read_first_mask(path).ids, ids)
    taken = read_first_mask(write_indexed(tmp_path / "void.png", void)).ids
    np.testing.assert_array_equal(taken, np.where(void == 255, 0, void))


def test_colour_is_refused_with_the_colours_found_and_taken_with_a_map(tmp_path: Path) -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:20, :20] = (255, 0, 0)
    pixels[:20, 30:] = (0, 0, 255)
    path = tmp_path / "colour.png"
    Image.fromarray(pixels).save(path)
    with pytest.raises(InputError, match=r"#0000ff: 600 px, #ff0000: 400 px.*--mask-colors"):
        read_first_mask(path)
    ids = read_first_mask(path, parse_colours("ff0000=3,#0000ff=1")).ids
    assert (ids[:20, :20] == 3).all()
    assert (ids[:20, 30:] == 1).all()
    with pytest.raises(InputError, match="600 pixels in colours"):
        read_first_mask(path, parse_colours("ff0000=3"))


@pytest.mark.parametrize("text", ["red=1", "ff0000", "ff0000=x", "ff00=1", "ff0000=255"])
def test_colour_maps_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--mask-colors"):
        parse_colours(text)


def test_more_objects_than_ids_are_refused(tmp_path: Path) -> None:
    many = np.repeat(np.repeat(np.arange(400, dtype=np.uint16).reshape(20, 20), 4, 0), 4, 1)
    Image.fromarray(many).save(tmp_path / "many.png")
    with pytest.raises(InputError, match="more than 254 objects"):
        read_first_mask(tmp_path / "many.png")


def test_missing_broken_and_empty_masks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_first_mask(tmp_path / "none.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(InputError, match="not a readable image"):
        read_first_mask(tmp_path / "broken.png")
    write_indexed(tmp_path / "black.png", _ids(0))
    with pytest.raises(InputError, match="no object"):
        read_first_mask(tmp_path / "black.png")


def test_a_matte_in_alpha_is_the_mask(tmp_path: Path) -> None:
    alpha = Image.fromarray(_ids(255))
    for mode, colour in (("RGBA", (255, 255, 255, 0)), ("RGBA", (0, 0, 0, 0)), ("LA", (255, 0))):
        picture = Image.new(mode, alpha.size, colour)
        picture.putalpha(alpha)
        picture.save(tmp_path / "matte.png")
        for read in (lambda path: read_first_mask(path).ids, read_ids):
            np.testing.assert_array_equal(read(tmp_path / "matte.png"), _ids(1))
    # Opaque, or with a picture of its own: alpha is no mask.
    Image.fromarray(_ids(255)).convert("RGBA").save(tmp_path / "matte.png")
    np.testing.assert_array_equal(read_first_mask(tmp_path / "matte.png").ids, _ids(1))


@pytest.mark.parametrize("mode", ["L", "RGB", "I;16", "P", "RGBA"])
def test_a_soft_matte_is_cut_at_a_threshold(tmp_path: Path, mode: str) -> None:
    circle = Image.new("L", (160, 120))
    ImageDraw.Draw(circle).ellipse((40, 20, 120, 100), fill=255)
    soft = np.array(circle.filter(ImageFilter.GaussianBlur(2)))
    picture = Image.fromarray(soft)
    if mode == "I;16":
        picture = Image.fromarray(soft.astype(np.uint16) * 257)
    elif mode == "RGBA":
        picture = Image.new("RGBA", picture.size, (255, 255, 255, 0))
        picture.putalpha(Image.fromarray(soft))
    elif mode != "L":
        picture = picture.convert(mode)
    picture.save(tmp_path / "soft.png")
    found = read_first_mask(tmp_path / "soft.png", threshold=128)
    np.testing.assert_array_equal(found.ids, soft >= 128)
    if mode not in ("P", "I;16"):
        with pytest.raises(InputError, match="--mask-threshold 128"):
            read_first_mask(tmp_path / "soft.png")


def test_indices_that_a_program_numbered_are_doubted(tmp_path: Path) -> None:
    cyan_first = [0, 255, 255, 255, 0, 0, 0, 0, 0]
    doubt = read_first_mask(write_indexed(tmp_path / "q.png", _ids(1, 2), cyan_first)).doubt
    assert "has black as object 2 and #00ffff as background" in doubt
    usual = [0, 0, 0, 255, 0, 0, 0, 255, 0]
    assert not read_first_mask(write_indexed(tmp_path / "q.png", _ids(1, 2), usual)).doubt
    full = read_first_mask(write_indexed(tmp_path / "q.png", np.ones((9, 9), np.uint8), usual))
    assert "every pixel" in full.doubt


def test_ids_that_are_too_high_are_not_called_soft(tmp_path: Path) -> None:
    Image.fromarray(_ids(1).astype(np.uint16) * 1000 + _ids(0, 1).astype(np.uint16) * 2000).save(
        tmp_path / "high.png"
    )
    with pytest.raises(InputError, match=r"grey values up to 2000 .* go from 1 to 254"):
        read_first_mask(tmp_path / "high.png")


def test_the_hint_names_every_colour(tmp_path: Path) -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    for place in range(5):
        pixels[:, 10 * place : 10 * place + 9] = (50 * place + 20, 10, 30)
    Image.fromarray(pixels).save(tmp_path / "cvat.png")
    with pytest.raises(InputError) as error:
        read_first_mask(tmp_path / "cvat.png")
    hint = str(error.value).rpartition("--mask-colors ")[2]
    ids = read_first_mask(tmp_path / "cvat.png", parse_colours(hint)).ids
    assert set(np.unique(ids)) == {0, 1, 2, 3, 4, 5}


def test_a_mask_is_turned_as_its_metadata_says_like_the_frames(tmp_path: Path) -> None:
    ids = np.zeros((30, 40), np.uint8)
    ids[2:12, 5:25] = 7
    picture = Image.fromarray(ids, mode="P")
    picture.putpalette(davis_palette())
    notes = Image.Exif()
    notes[0x0112] = 6  # to be turned to the right
    picture.save(tmp_path / "turned.png", exif=notes)
    turned = np.rot90(ids, -1)
    for read in (lambda path: read_first_mask(path).ids, read_ids):
        np.testing.assert_array_equal(read(tmp_path / "turned.png"), turned)


@pytest.mark.parametrize("key", ["XML:com.adobe.xmp", "Raw profile type exif"])
def test_masks_are_turned_by_notes_in_text_too(tmp_path: Path, key: str) -> None:
    ids = np.zeros((30, 40), np.uint8)
    ids[2:12, 5:25] = 7
    notes = Image.Exif()
    notes[0x0112] = 6
    hexadecimal = notes.tobytes().hex()
    text = PngInfo()
    if key.startswith("Raw"):
        text.add_text(key, f"\nexif\n{len(hexadecimal) // 2:8d}\n{hexadecimal}\n", zip=True)
    else:
        text.add_itxt(key, '<x:xmpmeta><a tiff:Orientation="6"/></x:xmpmeta>')
    Image.fromarray(ids).save(tmp_path / "turned.png", pnginfo=text)
    np.testing.assert_array_equal(read_ids(tmp_path / "turned.png"), np.rot90(ids, -1))
    assert header(tmp_path / "turned.png").size == (40, 30)


@pytest.mark.parametrize("orientation", range(10))
def test_every_format_is_turned_and_says_its_size_as_turned(
    tmp_path: Path, orientation: int
) -> None:
    notes = Image.Exif()
    notes[0x0112] = orientation
    turns = {2: "lr", 3: "lrud", 4: "ud", 5: "t", 6: "tlr", 7: "tlrud", 8: "tud"}
    ids = _ids(1, 0, 1)
    picture = Image.fromarray(ids)
    for turn, apply in (("t", np.transpose), ("lr", np.fliplr), ("ud", np.flipud)):
        if turn in turns.get(orientation, ""):
            ids = apply(ids)
    for name in ("mask.tif", "mask.png", "mask.jpg", "mask.webp"):
        picture.save(tmp_path / name, exif=notes, lossless=True)
        assert header(tmp_path / name).size == ids.shape, name
        if name != "mask.jpg":
            np.testing.assert_array_equal(read_ids(tmp_path / name), ids, name)
