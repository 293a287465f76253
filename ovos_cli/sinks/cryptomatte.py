"""Cryptomatte: objects by name, which a compositor picks by clicking on them.

The specification: https://github.com/Psyop/Cryptomatte/blob/master/specification/cryptomatte_specification.pdf
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from ovos_cli.sinks.openexr import check_openexr, header_of, write_exr
from ovos_cli.sinks.sink import ShotInfo, Sink, SoftMask, Written

_LAYER = "CryptoObject"
_RANKS = 6
"""Objects that a pixel may hold at most, as renderers have it."""
_KEY_DIGITS = 7
_LEAST = 1 / 1024
"""Coverage that counts: soft masks are a millionth everywhere, and files would be full of noise."""


class CryptomatteSink(Sink):
    """`cryptomatte/FRAME.exr`: in each pixel the ids of objects, the one that covers most first."""

    place_name = "cryptomatte"
    heeds = frozenset({"soft_edges", "feather"})

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._ids = {i: crypto_id(info.names.name(i)) for i in info.objects}
        named = {info.names.name(i): self._ids[i] for i in info.objects}
        self._header = header_of(info) | manifest(named)

    @classmethod
    def check(cls, info: ShotInfo) -> None:
        """See `Sink`."""
        check_openexr()
        seen = dict[int, int]()
        for ident in info.objects:
            other = seen.setdefault(crypto_id(info.names.name(ident)), ident)
            if other != ident:  # one in some ten thousand shots of 254 objects
                raise InputError(
                    f"objects {other} and {ident} would have one id in Cryptomatte; give one of "
                    "them another name with --names"
                )

    def write(self, written: Written) -> None:
        """See `Sink`."""
        pairs = ((as_float(bits), written.alpha(ident)) for ident, bits in self._ids.items())
        channels = ranked(pairs, len(self._ids), written.ids.shape)
        write_exr(self.place / f"{written.name}.exr", channels, self._header)

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        return place.glob("*.exr")


def crypto_id(name: str) -> int:
    """The 32 bits of an object's id: a hash of its name that is a normal number as a float."""
    bits: int = _hashing().hash(name.encode(), signed=False)
    exponent = bits >> 23 & 255
    return bits ^ (1 << 23) if exponent in (0, 255) else bits


def manifest(ids: Mapping[str, int]) -> dict[str, str]:
    """Attributes of the file's header: how the layer is called, and which id is which name."""
    key = f"{_hashing().hash(_LAYER.encode(), signed=False):08x}"[:_KEY_DIGITS]
    names = {name: f"{bits:08x}" for name, bits in ids.items()}
    return {
        f"cryptomatte/{key}/name": _LAYER,
        f"cryptomatte/{key}/hash": "MurmurHash3_32",
        f"cryptomatte/{key}/conversion": "uint32_to_float32",
        f"cryptomatte/{key}/manifest": json.dumps(names, ensure_ascii=False),
    }


def as_float(bits: int) -> np.float32:
    """The number whose 32 bits these are."""
    return np.uint32(bits).view(np.float32)


def ranked(
    pairs: Iterable[tuple[np.float32, SoftMask]], objects: int, shape: tuple[int, ...]
) -> dict[str, NDArray[np.float32]]:
    """Channels of a frame: pairs of id and coverage, falling, two pairs in a layer.

    Args:
        pairs: of each object its id and (H, W) coverage, which add up to 1 at most.
        objects: how many there are. shape: (H, W).

    Returns:
        float32 by name, of as many layers as all objects need, at most three.
    """
    count = min(objects, _RANKS)
    ranks = count + count % 2
    ids, covers = np.zeros((2, ranks, *shape), np.float32)
    for named, alpha in pairs:
        ident, cover = np.full(shape, named), np.where(alpha < _LEAST, np.float32(0), alpha)
        for rank in range(count):
            more = cover > covers[rank]
            if more.any():  # it takes this place, and what was there looks for one below
                ids[rank][more], ident[more] = ident[more], ids[rank][more]
                covers[rank][more], cover[more] = cover[more], covers[rank][more]
    channels = dict[str, NDArray[np.float32]]()
    for rank in range(ranks):
        name, (first, second) = f"{_LAYER}{rank // 2:02d}", ("RG", "BA")[rank % 2]
        channels[f"{name}.{first}"], channels[f"{name}.{second}"] = ids[rank], covers[rank]
    return channels


def _hashing() -> ModuleType:
    try:
        import mmh3
    except ImportError as error:
        raise InputError(
            'Cryptomatte needs a library that is not there: pip install "ovos-cli[exr]"'
        ) from error
    return mmh3
