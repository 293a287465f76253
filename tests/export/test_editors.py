"""What editors read, read by programs that are not ours."""

import json
import shutil
import struct
import sys
from fractions import Fraction
from pathlib import Path

import av
import mmh3
import numpy as np
import OpenEXR
import pytest
from PIL import Image

from ovos_cli.media.alpha_movie import ProResMovie
from ovos_cli.sinks.cryptomatte import crypto_id, ranked
from ovos_cli.sinks.frames_kept import EvenlySpaced
from tests.export.conftest import FRAMES, Command, run

FORMATS = ("rgba", "prores", "ffv1", "soft", "exr", "cryptomatte", "webp", "gif", "sheet")
OBJECTS = {1: "dog", 3: "big cat"}


@pytest.fixture(scope="module")
def out(_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All formats, exported once."""
    folder = tmp_path_factory.mktemp("out")
    shot = shutil.copytree(_made / "shot", folder / "shot")
    to = [word for name in FORMATS for word in ("--to", name)]
    status, said = run("export", shot, *to, "--out", folder, "--names", "1=dog,3=big cat")
    assert status == 0, said
    return folder


@pytest.fixture(scope="module")
def ids(out: Path) -> list[np.ndarray]:
    files = sorted((out / "shot/masks").glob("*.png"))
    return [np.array(Image.open(file)) for file in files]


@pytest.fixture(scope="module")
def frames(_made: Path) -> list[np.ndarray]:
    with av.open(str(_made / "clip.mp4")) as video:
        return [f.to_ndarray(format="rgb24") for f in video.decode(video=0)]


def test_rgba_holds_the_frames_colours_and_straight_alpha(
    out: Path, ids: list[np.ndarray], frames: list[np.ndarray]
) -> None:
    files = sorted((out / "rgba").iterdir())
    assert [f.name for f in files] == [f"{i:05d}.png" for i in range(FRAMES)]
    for file, mask, frame in zip(files, ids, frames, strict=True):
        with Image.open(file) as picture:
            assert picture.mode == "RGBA"
            pixels = np.array(picture)
        np.testing.assert_array_equal(pixels[..., 3], np.where(mask > 0, 255, 0))
        np.testing.assert_array_equal(pixels[..., :3], frame)


def test_rgba_of_16_bits_and_of_each_object(
    shot: Path, ovos: Command, ids: list[np.ndarray], frames: list[np.ndarray]
) -> None:
    to = ["--to", "rgba", "--bits", 16, "--apart", "--names", "1=dog"]
    assert ovos("export", shot, *to)[0] == 0
    folders = shot / "export/rgba"
    assert sorted(p.name for p in folders.iterdir()) == ["dog", "object 3"]
    with av.open(str(folders / "object 3/00002.png")) as file:  # PIL reads 8 of its bits
        pixels = next(file.decode(video=0))
    assert pixels.format.name == "rgba64be"
    found = pixels.to_ndarray(format="rgba64le")
    np.testing.assert_array_equal(found[..., 3], np.where(ids[2] == 3, 65535, 0))
    np.testing.assert_array_equal(found[..., :3], frames[2].astype(np.uint16) * 257)


def test_soft_edges_are_the_stored_probabilities(shot: Path, ovos: Command, out: Path) -> None:
    assert ovos("export", shot, "--to", "rgba", "--soft-edges", "--apart")[0] == 0
    alpha = np.array(Image.open(shot / "export/rgba/object 1/00003.png"))[..., 3]
    with Image.open(out / "soft/dog/00003.png") as picture:
        assert picture.mode == "I;16"
        soft = np.array(picture)
    assert np.unique(soft).size > 20
    np.testing.assert_allclose(alpha, soft / 257, atol=0.51)


def test_soft_masks_agree_with_the_masks(out: Path, ids: list[np.ndarray]) -> None:
    for index, mask in enumerate(ids):
        name = f"{index:05d}.png"
        soft = [np.array(Image.open(out / "soft" / name_ / name)) for name_ in OBJECTS.values()]
        sure = np.stack(soft) > 0.51 * 65535
        for ident, part in zip(OBJECTS, sure, strict=True):
            assert (mask[part] == ident).all()
    given = np.array(Image.open(out / "soft/dog/00000.png"))
    np.testing.assert_array_equal(given, np.where(ids[0] == 1, 65535, 0))


def test_prores_is_4444_with_exact_alpha_and_tagged_colours(
    out: Path, ids: list[np.ndarray], frames: list[np.ndarray]
) -> None:
    with av.open(str(out / "prores/clip.mov")) as movie:
        stream = movie.streams.video[0]
        assert (stream.codec_context.codec_tag, stream.average_rate) == ("ap4h", 25)
        bt709 = (1, 1, 1, 1)
        told = stream.codec_context
        assert (told.color_primaries, told.color_trc, told.colorspace, told.color_range) == bt709
        decoded = [*movie.decode(video=0)]
    assert [f.time for f in decoded] == [i / 25 for i in range(FRAMES)]
    for frame, mask, source in zip(decoded, ids, frames, strict=True):
        assert (
            frame.color_primaries,
            frame.color_trc,
            frame.colorspace,
            frame.color_range,
        ) == bt709
        plane = frame.planes[3]
        alpha = np.frombuffer(plane, np.uint16).reshape(frame.height, plane.line_size // 2)
        np.testing.assert_array_equal(alpha[:, : frame.width], np.where(mask > 0, 4095, 0))
        np.testing.assert_allclose(frame.to_ndarray(format="rgb24"), source, atol=6)


def test_ffv1_is_exact(out: Path, ids: list[np.ndarray], frames: list[np.ndarray]) -> None:
    with av.open(str(out / "ffv1/clip.mkv")) as movie:
        decoded = [f.to_ndarray(format="rgba") for f in movie.decode(video=0)]
    for pixels, mask, source in zip(decoded, ids, frames, strict=True):
        np.testing.assert_array_equal(pixels[..., 3], np.where(mask > 0, 255, 0))
        np.testing.assert_array_equal(pixels[..., :3], source)


def test_movies_of_each_object(shot: Path, ovos: Command, ids: list[np.ndarray]) -> None:
    assert ovos("export", shot, "--to", "ffv1", "--apart", "--names", "3=cat")[0] == 0
    folder = shot / "export/ffv1"
    assert sorted(p.name for p in folder.iterdir()) == ["clip_cat.mkv", "clip_object 1.mkv"]
    with av.open(str(folder / "clip_cat.mkv")) as movie:
        alpha = [f.to_ndarray(format="rgba")[..., 3] for f in movie.decode(video=0)]
    np.testing.assert_array_equal(np.stack(alpha), np.where(np.stack(ids) == 3, 255, 0))


def test_exr_has_every_object_in_every_frame(out: Path, ids: list[np.ndarray]) -> None:
    files = sorted((out / "exr").iterdir())
    assert len(files) == FRAMES
    for file, mask in zip(files, ids, strict=True):
        with OpenEXR.File(str(file), separate_channels=True) as picture:
            assert picture.header()["compression"] == OpenEXR.ZIPS_COMPRESSION
            channels = picture.channels()
            assert {*channels} == {"dog.A", "big_cat.A"}
            for ident, name in ((1, "dog.A"), (3, "big_cat.A")):
                assert channels[name].pixels.dtype == np.float16
                np.testing.assert_array_equal(channels[name].pixels, mask == ident)


def test_cryptomatte_is_read_back_by_its_manifest(out: Path, ids: list[np.ndarray]) -> None:
    for file, mask in zip(sorted((out / "cryptomatte").iterdir()), ids, strict=True):
        with OpenEXR.File(str(file), separate_channels=True) as picture:
            header, channels = {**picture.header()}, picture.channels()
            pixels = {name: channel.pixels for name, channel in channels.items()}
        prefix = "cryptomatte/3ae39a5/"
        told = {k.removeprefix(prefix): v for k, v in header.items() if k.startswith(prefix)}
        names = json.loads(told.pop("manifest"))
        assert told == {
            "name": "CryptoObject",
            "hash": "MurmurHash3_32",
            "conversion": "uint32_to_float32",
        }
        assert {*names} == {*OBJECTS.values()}
        assert {*pixels} == {f"CryptoObject00.{c}" for c in "RGBA"}
        assert all(p.dtype == np.float32 for p in pixels.values())
        for ident, name in OBJECTS.items():
            (wanted,) = struct.unpack("<f", struct.pack("<I", int(names[name], 16)))
            matte = np.zeros(mask.shape, np.float32)
            for id_, cover in (("R", "G"), ("B", "A")):
                matte += np.where(
                    pixels[f"CryptoObject00.{id_}"] == np.float32(wanted),
                    pixels[f"CryptoObject00.{cover}"],
                    0,
                )
            np.testing.assert_array_equal(matte, mask == ident)


def test_cryptomatte_ids_are_normal_floats() -> None:
    def odd(name: str) -> bool:
        return mmh3.hash(name, signed=False) >> 23 & 255 in (0, 255)

    names = [f"object {i}" for i in range(2000)]
    assert any(map(odd, names))
    for name in names:
        bits = crypto_id(name)
        assert bits >> 23 & 255 not in (0, 255)
        assert bits == mmh3.hash(name, signed=False) or odd(name)


def test_cryptomatte_ranks_by_coverage() -> None:
    alphas = {10.0: [0.25, 0.125, 0], 20.0: [0.0001, 0.375, 0], 30.0: [0.5, 0.125, 0]}
    pairs = [(np.float32(i), np.array([a], np.float32)) for i, a in alphas.items()]
    channels = ranked(pairs, 3, (1, 3))
    found = {name: pixels[0].tolist() for name, pixels in channels.items()}
    assert found == {
        "CryptoObject00.R": [30, 20, 0],
        "CryptoObject00.G": [0.5, 0.375, 0],
        "CryptoObject00.B": [10, 10, 0],
        "CryptoObject00.A": [0.25, 0.125, 0],
        "CryptoObject01.R": [0, 30, 0],
        "CryptoObject01.G": [0, 0.125, 0],
        "CryptoObject01.B": [0, 0, 0],
        "CryptoObject01.A": [0, 0, 0],
    }


def test_cryptomatte_keeps_the_six_that_cover_most() -> None:
    rng = np.random.default_rng(0)
    alphas = rng.dirichlet(np.ones(9), (4, 5)).transpose(2, 0, 1).astype(np.float32)
    channels = ranked(((np.float32(i + 1), a) for i, a in enumerate(alphas)), 9, (4, 5))
    pairs = [
        (f"CryptoObject{i:02d}.{c}", f"CryptoObject{i:02d}.{d}")
        for i in range(3)
        for c, d in ("RG", "BA")
    ]
    order = np.argsort(-alphas, axis=0)[:6]
    for rank, (ids, cover) in enumerate(pairs):
        np.testing.assert_array_equal(channels[ids], order[rank] + 1)
        np.testing.assert_array_equal(
            channels[cover], np.take_along_axis(alphas, order[rank : rank + 1], 0)[0]
        )


def test_previews_move_at_the_sources_pace(out: Path) -> None:
    for name in ("preview.webp", "preview.gif"):
        with Image.open(out / name) as picture:
            assert (picture.size, picture.n_frames) == ((64, 48), 3), name  # every second frame
            for index in range(3):
                picture.seek(index)
                picture.load()
                assert picture.info["duration"] == 80 and picture.info["loop"] == 0


def test_the_sheet_shows_every_frame_of_a_short_shot(out: Path) -> None:
    with Image.open(out / "sheet.png") as picture:
        assert picture.size == (4 * 64 + 3 * 4, 2 * (48 + 18) + 4)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 100])
def test_evenly_spaced(count: int) -> None:
    kept = EvenlySpaced[int](8, step=2)
    for number in range(count):
        kept.add(number if kept.wants_next() else None)
    assert kept.items == [*range(0, count, kept.step)]
    assert len(kept.items) <= 8 and (kept.step == 2 or len(kept.items) > 4)


@pytest.mark.parametrize("name", ["exr", "cryptomatte"])
def test_a_library_that_is_missing_is_named(
    shot: Path, ovos: Command, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    status, said = ovos("export", shot, "--to", name)
    assert status == 2 and 'pip install "ovos-cli[exr]"' in said
    assert not (shot / "export").exists()


def test_odd_sides_and_left_out_frames_of_movies(tmp_path: Path) -> None:
    path = tmp_path / "m.mov"
    movie = ProResMovie(path, Fraction(30000, 1001), Fraction(4, 3))
    alpha = np.linspace(0, 1, 33 * 17, dtype=np.float32).reshape(17, 33)
    for index in (4, 5, 8):
        movie.write(index, np.full((17, 33, 3), 10 * index, np.uint8), alpha)
    movie.close()
    with av.open(str(path)) as read:
        assert read.streams.video[0].sample_aspect_ratio == Fraction(4, 3)
        decoded = [*read.decode(video=0)]
    assert [round(f.time * 30000 / 1001, 3) for f in decoded] == [0, 1, 4]
    plane = decoded[0].planes[3]
    found = np.frombuffer(plane, np.uint16).reshape(17, plane.line_size // 2)[:, :33]
    np.testing.assert_allclose(found / 4095, alpha, atol=0.75 / 1023)
