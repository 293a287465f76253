"""The one store of remembered frames: what each past frame is to each object."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from models.config import MemoryPolicy, ModelConfig
from models.functional.ridge import Evidence
from models.modules.descriptor import Reference, Witnesses, joined, to_blocks
from models.modules.template import TemplateEntry, TemplateMemory
from models.tracking.remembering import keeps, least_worth, spread

READ_AT_MOST = 8
"""Frames but the first that an object's template is read from, where old ones count less
(`recency`): of more, the oldest would have less than a hundred thousandth of the weight."""

REFERENCES = 4
"""Frames in which a person gave an object's mask that the refinement aligns at most: the first and
the latest ones."""

ENDS_KEPT = 4
"""Of so many shots, the latest ones, the refinement may align the last frame when they go on."""


@dataclass(frozen=True, slots=True)
class RememberedFrame:
    """One past frame. Objects are rows; later objects are not in earlier frames' rows.

    time: frames since the video's first. present, given: of each object, whether it was in sight
    and whether a person gave its mask. masks: (O, H/4, W/4) in [0, 1]. key: (HW, CD), look: (C,),
    see `FrameDescriptor`. fine: its features, where the refinement may still align them. template:
    what templates may still be read from. evidence: of its objects, where regressions may still
    be solved on it (`RidgeTemplate`). ends: whether a cut follows it.
    """

    time: int
    present: tuple[bool, ...]
    given: tuple[bool, ...]
    masks: Tensor
    key: Tensor
    look: Tensor
    fine: Tensor | None
    template: TemplateEntry | None
    evidence: Evidence | None = None
    ends: bool = False

    def __len__(self) -> int:
        """Objects."""
        return len(self.given)

    def seen(self, present: Sequence[bool]) -> Self:
        """The same frame, now that it is known which objects are in sight."""
        return replace(self, present=tuple(present))

    def select(self, rows: Sequence[int]) -> Self:
        """The same frame with these objects only, in this order, as far as it has them."""
        rows = [row for row in rows if row < len(self)]
        chosen = torch.tensor(rows, dtype=torch.long, device=self.masks.device)
        entry = self.template
        return replace(
            self,
            present=tuple(self.present[row] for row in rows),
            given=tuple(self.given[row] for row in rows),
            masks=self.masks[chosen],
            template=None
            if entry is None
            else TemplateEntry(entry.key[chosen], entry.value[chosen]),
            evidence=None if self.evidence is None else self.evidence.select(chosen),
        )

    def reference(self, count: int, objects: Tensor | None = None) -> Reference:
        """As the refinement takes it, with masks of `count` objects."""
        assert self.fine is not None
        return Reference(self.key, self.fine, _padded(self.masks, count), objects)


@dataclass(frozen=True, slots=True)
class RememberedFrames:
    """All that is carried from frame to frame, of O objects. Never changed: steps make new ones.

    frames: rising in time; the last is the previous frame. anchors: for each object the time of
    its nearest keyframe, a frame in which a person gave its mask. boxes: (O, 4) where each object
    was last seen, in pixels. time: of the latest frame. away: of each object, whether it has not
    been seen since a cut to an unknown scene. before: what the next frame follows on, where that
    is not the previous frame (see `scenes`).
    """

    frames: tuple[RememberedFrame, ...]
    anchors: tuple[int, ...]
    boxes: Tensor
    time: int
    away: tuple[bool, ...]
    before: RememberedFrame | None = None

    def __len__(self) -> int:
        """Objects."""
        return len(self.anchors)

    @property
    def previous(self) -> RememberedFrame:
        """The latest frame."""
        return self.frames[-1]

    @property
    def previous_masks(self) -> Tensor:
        """(O, H/4, W/4) of what the next frame follows on; zeros of objects not in it."""
        return _padded((self.before or self.previous).masks, len(self))

    def previous_reference(self) -> Reference:
        """What the next frame follows on, as the refinement takes it."""
        before = self.before or self.previous
        if before.fine is None:  # the keyframe that looks most like it is all there is
            before = max(
                (f for f in self.frames if f.fine is not None and f is not self.previous),
                key=lambda f: float((f.key * before.key).sum()),
                default=self.previous,
            )
        return before.reference(len(self))

    def offsets(self, time: int) -> Tensor:
        """(O,) frames from each object's keyframe to a frame."""
        offsets = [abs(time - anchor) for anchor in self.anchors]
        return torch.tensor(offsets, device=self.boxes.device)

    def at(self, time: int) -> RememberedFrame:
        """The remembered frame of this time, which there must be."""
        return next(frame for frame in self.frames if frame.time == time)

    def given_at(self, row: int) -> tuple[int, ...]:
        """Times of the keyframes that an object is looked for from, rising; the last is its anchor.

        Not of its anchor alone: most of the object may be hidden there.
        """
        times = [f.time for f in self.frames if row < len(f) and f.given[row]]
        return tuple(times[:1] + times[1:][1 - REFERENCES :])

    def anchored(self) -> list[Reference]:
        """The nearest keyframes, each with the objects whose anchor it is."""
        return self._references([(anchor,) for anchor in self.anchors])

    def firsts(self) -> list[Reference]:
        """The keyframes that are references, those of one object together."""
        return self._references([self.given_at(row) for row in range(len(self))])

    def _references(self, times: Sequence[tuple[int, ...]]) -> list[Reference]:
        """One reference for each distinct choice of frames, in their order.

        Args:
            times: for each object, of its frames.
        """
        count, distinct = len(self), sorted(set(times))
        if len(distinct) == 1:
            return [joined([self.at(time).reference(count) for time in distinct[0]])]
        found = []
        for choice in distinct:
            rows = [row for row, own in enumerate(times) if own == choice]
            objects = torch.tensor(rows, device=self.boxes.device)
            found.append(joined([self.at(time).reference(count, objects) for time in choice]))
        return found

    def witnesses(self, count: int) -> list[Witnesses]:
        """Frames between keyframes and the previous frame that the refinement asks.

        An object is asked about in frames in which it was in sight, and so were the others of its
        keyframes that are in sight now: lost one may be in other frames, and would be spoken
        against. One that is out of sight now keeps nothing from the others. Objects of the same
        keyframes and the same frames go together.

        Args:
            count: frames besides the keyframes at most.
        """
        given = [self.given_at(row) for row in range(len(self))]
        firsts = {times: index for index, times in enumerate(sorted(set(given)))}
        between = self.frames[:-1]
        in_sight = [row for row, here in enumerate(self.previous.present) if here]
        asked: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
        for row, own in enumerate(given):
            needed = {row, *(r for r in in_sight if given[r] == own)}
            times = [
                f.time for f in between if f.time > own[-1] and all(f.present[r] for r in needed)
            ]
            chosen = tuple(spread(times, count))
            if chosen:
                asked.setdefault((own, chosen), []).append(row)
        found = []
        for (own, chosen), rows in asked.items():
            frames = [self.at(time) for time in (*own, *chosen)]
            known = len(self.at(own[-1]))  # what the keyframes' own masks can tell apart
            found.append(
                Witnesses(
                    torch.tensor(rows, device=self.boxes.device),
                    firsts[own],
                    torch.cat([frame.key for frame in frames]),
                    torch.cat([to_blocks(f.masks[:known].sum(0, True))[:, 0] for f in frames]),
                )
            )
        return found

    def evidence(self) -> tuple[Evidence, Evidence] | None:
        """Of each object in its keyframe and in the previous frame; None where there is none.

        An object that is out of sight has its keyframe's twice: the previous frame would speak
        against it wherever it is.
        """
        latest = self.previous.evidence
        if latest is None:
            return None
        keyframes = _rows([self.at(time).evidence for time in self.anchors])
        seen = torch.tensor(self.previous.present, device=self.boxes.device)
        recent = Evidence(
            torch.where(seen[:, None, None], latest.gram, keyframes.gram),
            torch.where(seen[:, None], latest.target, keyframes.target),
        )
        return keyframes, recent

    def template_memory(self, config: ModelConfig) -> TemplateMemory:
        """What templates are read from, as the memory policy has it (Table 3 B)."""
        read = [self._read(row, config) for row in range(len(self))]
        times = sorted({frame.time for each in read for frame in each})
        entries = [_entry(self.at(time)) for time in times]
        return TemplateMemory(
            torch.stack([_padded(entry.key, len(self)) for entry in entries], dim=1),
            torch.stack([_padded(entry.value, len(self)) for entry in entries], dim=1),
            torch.tensor(
                [[time in {f.time for f in each} for time in times] for each in read],
                device=self.boxes.device,
            ),
            torch.tensor(times, device=self.boxes.device),
        )

    def _read(self, row: int, config: ModelConfig) -> list[RememberedFrame]:
        """The frames that an object's template is read from: those in which it was in sight.

        All of the policy's, if it was in none of them.
        """
        anchor = self.at(self.anchors[row])
        # A fixed template is the first frame's, whatever else could be read.
        policy = config.memory_policy if config.use_dmn else MemoryPolicy.FIRST
        others = [
            f for f in self.frames if f is not anchor and row < len(f) and f.template is not None
        ]
        previous = [frame for frame in others if frame is self.previous]
        match policy:
            case MemoryPolicy.FIRST:
                frames = [anchor]
            case MemoryPolicy.PREVIOUS:
                frames = previous or [anchor]
            case MemoryPolicy.FIRST_PREVIOUS:
                frames = [anchor, *previous]
            case _:
                frames = [anchor, *others]
        return [frame for frame in frames if frame.present[row]] or frames

    def forgotten(self, config: ModelConfig, stride: int) -> Self:
        """Without what will not be looked at again, at most `memory_max` frames.

        Frames in which a person gave a mask stay.

        Args:
            config: memory policy, limit, and what reads the memory.
            stride: frames from one that is kept to the next.
        """
        kept = [
            frame
            for frame in self.frames[:-1]
            if any(frame.given) or frame.ends or keeps(config.memory_policy, stride, frame.time)
        ]
        free = [frame for frame in kept if not any(frame.given)]
        limit = config.memory_max
        while limit is not None and free and len(kept) + 1 > limit:
            shares = [sum(frame.present) / max(1, len(frame)) for frame in free]
            times = [frame.time for frame in free]
            begin = min(times[0], *self.anchors)
            dropped = free.pop(least_worth(times, shares, begin, self.time))
            kept = [frame for frame in kept if frame is not dropped]
        return replace(self, frames=(*self._thinned(kept, config), self.previous))

    def _thinned(
        self, frames: Sequence[RememberedFrame], config: ModelConfig
    ) -> list[RememberedFrame]:
        """Earlier frames without what nothing reads any more."""
        thin, ends = list[RememberedFrame](), 0
        references = {time for row in range(len(self)) for time in self.given_at(row)}
        seen = [int(here) for here in self.previous.present]  # in so many later frames
        for frame in reversed(frames):
            recent = any(
                here and seen[row] < READ_AT_MOST for row, here in enumerate(frame.present)
            )
            seen = [n + (row < len(frame) and frame.present[row]) for row, n in enumerate(seen)]
            if frame.time not in references:
                template = frame.template if recent or not config.recency else None
                fine = frame.fine if frame.ends and ends < ENDS_KEPT else None
                ends += frame.ends
                frame = replace(frame, fine=fine, template=template, evidence=None)
            thin.insert(0, frame)
        return thin

    def select(self, rows: Sequence[int]) -> Self:
        """With these objects only, in this order."""
        return replace(
            self,
            frames=tuple(frame.select(rows) for frame in self.frames),
            anchors=tuple(self.anchors[row] for row in rows),
            boxes=self.boxes[list(rows)],
            away=tuple(self.away[row] for row in rows),
        )

    def with_masks(self, time: int, change: Callable[[Tensor], Tensor]) -> Self:
        """With other masks in one frame; what templates and regressions are read from stays."""
        return replace(
            self,
            frames=tuple(
                replace(f, masks=change(f.masks)) if f.time == time else f for f in self.frames
            ),
        )


def _entry(frame: RememberedFrame) -> TemplateEntry:
    assert frame.template is not None
    return frame.template


def _rows(found: Sequence[Evidence | None]) -> Evidence:
    """Each object's own row of its frame's."""
    known = [one for one in found if one is not None]
    return Evidence(
        torch.stack([one.gram[row] for row, one in enumerate(known)]),
        torch.stack([one.target[row] for row, one in enumerate(known)]),
    )


def _padded(rows: Tensor, count: int) -> Tensor:
    """Rows of `count` objects: zeros of those that had not begun."""
    if len(rows) == count:
        return rows
    return torch.cat([rows, rows.new_zeros(count - len(rows), *rows.shape[1:])])
