"""What a shot has found so far, in one SQLite file that survives whatever ends the process."""

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError, OvosError
from models.tracking.cues import Cues
from models.tracking.soft import SoftMasks
from models.utils.names import plain_name
from ovos_cli.shot.meeting import Found

Value = TypeVar("Value")

_FORMAT = 2
_MOST_LEVELS = 1 << 30
_DAMAGE = (sqlite3.DatabaseError, zlib.error, ValueError, TypeError, AttributeError)
"""What reading raises of a file that another program wrote, or nobody meant."""
_TABLES = """
create table if not exists info (name text primary key, value text not null);
create table if not exists found (
    backward integer not null, frame integer not null, key text not null, ids text not null,
    shape text not null, levels blob not null, confidence text not null, least text not null,
    primary key (backward, frame));
create table if not exists cues (
    backward integer not null, frame integer not null, cues text not null,
    primary key (backward, frame));
create table if not exists final (
    frame integer primary key, stem text not null, key text not null, confidence text not null,
    origin text not null, hidden text not null);
"""


@dataclass(frozen=True, slots=True)
class Final:
    """A frame whose masks are written.

    stem: their name. key: what they follow from. confidence, origin: see `FinalMasks`. hidden: ids
    that are followed and not in the masks.
    """

    frame: int
    stem: str
    key: str
    confidence: dict[int, float]
    origin: dict[int, str]
    hidden: tuple[int, ...]


class Store:
    """Results by frame, each with the key that says what it follows from (see `plan`).

    One process at a time; within it, any thread.
    """

    def __init__(self, path: Path) -> None:
        """Open a file, or begin one.

        Raises:
            InputError: it is not such a file. OvosError: it cannot be written.
        """
        self.path = path
        with self._named():
            place = path.absolute()  # what begins with `file:` would be taken for an address
            self._base = sqlite3.connect(place, check_same_thread=False, isolation_level=None)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    @classmethod
    def remove_damaged(cls, path: Path) -> None:
        """Remove a file that cannot be read, or not in full: a run that begins anew needs none."""
        try:
            with closing(cls(path)) as store, store._named():
                (said,) = store._base.execute("pragma quick_check(1)").fetchone()
            damaged = said != "ok"
        except InputError:
            damaged = True
        if damaged:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def get(self, name: str) -> Any:
        """A value that was put under a name; None if there is none."""
        with self._named():
            row = self._base.execute("select value from info where name = ?", (name,)).fetchone()
            return None if row is None else json.loads(row[0])

    def put(self, name: str, value: Any) -> None:
        """Keep a value under a name, or forget it: None."""
        with self._named():
            if value is None:
                self._base.execute("delete from info where name = ?", (name,))
            else:
                self._base.execute("replace into info values (?, ?)", (name, json.dumps(value)))

    def cuts(self) -> list[int]:
        """Frames before which there is a cut, rising, as far as they were gone through."""
        with self._named():
            return sorted(map(int, self.get("cuts") or []))

    def add_cut(self, frame: int) -> None:
        """Note that there is a cut before a frame."""
        self.put("cuts", sorted({*self.cuts(), frame}))

    def found(self, frame: int, key: str | None, *, backward: bool) -> Found | None:
        """What a way found in a frame; None unless it was found under this key."""
        query = (
            "select key, ids, shape, levels, confidence, least from found "
            "where (backward, frame) = (?, ?)"
        )
        with self._named():
            row = self._base.execute(query, (backward, frame)).fetchone()
            if row is None or row[0] != key:
                return None
            ids, shape = json.loads(row[1]), json.loads(row[2])
            soft = SoftMasks(tuple(map(int, ids)), _levels(row[3], len(ids), shape))
            return Found(soft, _by_id(row[4], float), _by_id(row[5], float))

    def add_found(self, frame: int, key: str, found: Found, *, backward: bool) -> None:
        """Keep what a way found in a frame, in place of what it found before."""
        soft = found.soft
        packed = zlib.compress(soft.levels.tobytes(), 1)
        shape, ids = json.dumps(soft.levels.shape), json.dumps(soft.ids)
        sure = json.dumps(found.confidence), json.dumps(found.least)
        row = (backward, frame, key, ids, shape, packed, *sure)
        with self._named():
            self._base.execute("replace into found values (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def latest(self, frame: int, *, backward: bool) -> Found | None:
        """What a way found in a frame the last time, under whatever key."""
        query = "select key from found where (backward, frame) = (?, ?)"
        with self._named():
            row = self._base.execute(query, (backward, frame)).fetchone()
        return None if row is None else self.found(frame, row[0], backward=backward)

    def add_cues(self, frame: int, cues: Mapping[int, Cues], *, backward: bool) -> None:
        """Keep the cues of what a way found in a frame, by id, in place of those before."""
        rounded = {ident: [round(v, 4) for v in astuple(each)] for ident, each in cues.items()}
        with self._named():
            row = backward, frame, json.dumps(rounded)
            self._base.execute("replace into cues values (?, ?, ?)", row)

    def cues(self, *, backward: bool) -> dict[int, dict[int, Cues]]:
        """By frame and id, those of a way; none of shots that were made before there were any."""
        with self._named():
            rows = self._base.execute(
                "select frame, cues from cues where backward = ?", (backward,)
            ).fetchall()
            return {
                int(frame): _by_id(text, lambda values: Cues(*map(float, values)))
                for frame, text in rows
            }

    def found_keys(self, frames: range, *, backward: bool) -> dict[int, str]:
        """For each frame of a range, rising or falling, with a result of a way, its key."""
        if not frames:
            return {}
        query = "select frame, key from found where backward = ? and frame between ? and ?"
        ends = min(frames[0], frames[-1]), max(frames[0], frames[-1])
        with self._named():
            return dict(self._base.execute(query, (backward, *ends)).fetchall())

    def empty(self) -> bool:
        """Whether nothing was found or written yet."""
        query = "select exists (select 1 from found) or exists (select 1 from final)"
        with self._named():
            return not self._base.execute(query).fetchone()[0]

    def add_final(self, final: Final) -> None:
        """Note that the masks of a frame are written."""
        kept = (final.confidence, final.origin, final.hidden)
        row = (final.frame, final.stem, final.key, *map(json.dumps, kept))
        with self._named():
            self._base.execute("replace into final values (?, ?, ?, ?, ?, ?)", row)

    def finals(self) -> list[Final]:
        """All of them, rising."""
        with self._named():
            rows = self._base.execute("select * from final order by frame").fetchall()
            return [_final(row, self.path) for row in rows]

    def final(self, frame: int) -> Final | None:
        """That of one frame; None where its masks are not written."""
        with self._named():
            row = self._base.execute("select * from final where frame = ?", (frame,)).fetchone()
            return None if row is None else _final(row, self.path)

    def forget_final(self, frame: int) -> None:
        """Note that the masks of a frame are not written any more."""
        with self._named():
            self._base.execute("delete from final where frame = ?", (frame,))

    def final_keys(self) -> dict[int, str]:
        """For each frame whose masks are written, their key."""
        with self._named():
            return dict(self._base.execute("select frame, key from final").fetchall())

    def forget(self) -> None:
        """Forget all results."""
        with self._named():
            self._base.execute("delete from found")
            self._base.execute("delete from cues")
            self._base.execute("delete from final")
            self._base.execute("delete from info where name != 'format'")

    def _begin(self) -> None:
        with self._named():
            self._base.execute("pragma journal_mode = wal")  # a frame costs no wait for the disk
            self._base.execute("pragma synchronous = normal")
            self._base.executescript(_TABLES)
        written = self.get("format")
        if written is None:
            self.put("format", _FORMAT)
        elif written != _FORMAT:
            raise InputError(
                f"{self.path} is of another version of ovos; begin anew with --overwrite"
            )

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGE as error:
            if isinstance(error, sqlite3.OperationalError):
                raise OvosError(
                    f"{self.path} cannot be written: {error}; make room for it"
                ) from error
            raise InputError(
                f"{self.path} is damaged ({error}); begin anew with --overwrite"
            ) from error


def _levels(packed: bytes, count: int, shape: list[int]) -> NDArray[np.int8]:
    """(N, H, W), inflated no further than their shape says. Raises ValueError, TypeError."""
    number, height, width = shape
    size = number * height * width
    if number != count or not 0 <= size <= _MOST_LEVELS:
        raise ValueError(f"{count} objects have masks of the shape {shape}")
    levels = zlib.decompressobj().decompress(packed, size + 1)
    return np.frombuffer(bytearray(levels), np.int8).reshape(number, height, width)


def _final(row: tuple[Any, ...], path: Path) -> Final:
    frame, stem, key, sure, origin, hidden = row
    final = Final(
        int(frame),
        plain_name(stem, path),
        key,
        _by_id(sure, float),
        _by_id(origin, str),
        tuple(map(int, json.loads(hidden))),
    )
    if {*final.confidence} != {*final.origin}:
        raise ValueError(f"the objects of frame {frame} do not agree")
    return final


def _by_id(text: str, kind: Callable[[Any], Value]) -> dict[int, Value]:
    return {int(ident): kind(value) for ident, value in json.loads(text).items()}
