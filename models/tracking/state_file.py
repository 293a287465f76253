"""The whole state of a segmenter as one safetensors file."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialize
from torch import Tensor, nn

from models.errors import InputError
from models.functional.ridge import Evidence
from models.modules.template import TemplateEntry
from models.tracking.frames import RememberedFrame, RememberedFrames
from models.tracking.geometry import Geometry
from models.tracking.objects import TrackedObjects
from models.utils.whole_file import write_whole

_FORMAT = "ovos-state-4"
_PARTS = (
    "masks",
    "key",
    "look",
    "fine",
    "template_key",
    "template_value",
    "evidence_gram",
    "evidence_target",
)


@dataclass(frozen=True, slots=True)
class StateFile:
    """What goes on from frame to frame, and what it belongs to.

    weights: digest of the network. dtype: of its heavy layers. time: frames so far. past: None
    where all objects were dropped.
    """

    weights: str
    dtype: str
    geometry: Geometry
    time: int
    objects: TrackedObjects
    past: RememberedFrames | None

    def write(self, path: Path) -> None:
        """Write it, complete or not at all. Raises OvosError."""
        past, tensors = self.past, {}
        frames: list[dict[str, Any]] = []
        if past is not None:
            tensors["boxes"] = past.boxes
            for index, frame in enumerate(past.frames):
                marks = {"present": frame.present, "given": frame.given, "ends": frame.ends}
                frames.append({"time": frame.time, **marks})
                tensors |= {f"{index}.{name}": part for name, part in _tensors(frame).items()}
        record = {
            "weights": self.weights,
            "dtype": self.dtype,
            "geometry": [self.geometry.source, self.geometry.scaled, self.geometry.padded],
            "time": self.time,
            "ids": self.objects.ids,
            "dropped": sorted(self.objects.dropped),
            "anchors": past.anchors if past is not None else None,
            "latest": past.time if past is not None else None,
            "away": past.away if past is not None else None,
            "frames": frames,
        }
        content = serialize(
            {name: part.contiguous().cpu() for name, part in tensors.items()},
            {"format": _FORMAT, "state": json.dumps(record)},
        )
        write_whole(path, content, durable=True)

    @classmethod
    def read(cls, path: Path, device: torch.device) -> Self:
        """Read what `write` wrote.

        Raises:
            InputError: missing, damaged, or of another version of ovos.
        """
        if not path.is_file():
            raise InputError(f"the state {path} does not exist")
        try:
            with safe_open(path, framework="pt", device=str(device)) as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise InputError(
                f"the state {path} is damaged or not safetensors: {error}; begin anew from the "
                "masks"
            ) from error
        if metadata.get("format") != _FORMAT:
            raise InputError(
                f"{path} holds no state that this version of ovos can go on from; begin anew from "
                "the masks"
            )
        try:
            return cls._of(json.loads(metadata["state"]), tensors)
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(
                f"the state {path} is damaged ({type(error).__name__}: {error}); begin anew from "
                "the masks"
            ) from error

    @classmethod
    def _of(cls, record: dict[str, Any], tensors: dict[str, Tensor]) -> Self:
        frames = tuple(
            _frame(record_of, {name: tensors.get(f"{index}.{name}") for name in _PARTS})
            for index, record_of in enumerate(record["frames"])
        )
        past = None
        if record["anchors"] is not None:
            anchors = tuple(record["anchors"])
            away = tuple(record["away"])
            past = RememberedFrames(frames, anchors, tensors["boxes"], record["latest"], away)
            if (
                len(away) != len(anchors)
                or not frames
                or len(anchors) != len(record["ids"])
                or len(past.boxes) != len(anchors)
            ):
                raise ValueError("its parts do not fit together")
        source, scaled, padded = (tuple(size) for size in record["geometry"])
        return cls(
            record["weights"],
            record["dtype"],
            Geometry(source, scaled, padded),
            record["time"],
            TrackedObjects(tuple(record["ids"]), frozenset(record["dropped"])),
            past,
        )

    def check(self, path: Path, weights: str, dtype: str) -> None:
        """Refuse a state of other weights or another number format.

        Raises:
            InputError: see above.
        """
        if self.weights != weights:
            raise InputError(
                f"{path} was saved with other weights or settings of the model; go on with those, "
                "or begin anew from the masks"
            )
        if self.dtype != dtype:
            saved, here = (name.removeprefix("torch.") for name in (self.dtype, dtype))
            raise InputError(
                f"{path} was saved in {saved}, and this one computes in {here}; give the same "
                "--precision"
            )


def weights_digest(network: nn.Module) -> str:
    """SHA-256 of a network's configuration and tensors."""
    digest = hashlib.sha256(json.dumps(network.config.to_dict()).encode())  # type: ignore[operator, union-attr]
    for name, value in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _tensors(frame: RememberedFrame) -> dict[str, Tensor]:
    entry, evidence = frame.template, frame.evidence
    parts = {
        "masks": frame.masks,
        "key": frame.key,
        "look": frame.look,
        "fine": frame.fine,
        "template_key": None if entry is None else entry.key,
        "template_value": None if entry is None else entry.value,
        "evidence_gram": None if evidence is None else evidence.gram,
        "evidence_target": None if evidence is None else evidence.target,
    }
    return {name: part for name, part in parts.items() if part is not None}


def _frame(record: dict[str, Any], parts: dict[str, Tensor | None]) -> RememberedFrame:
    masks, key, look = parts["masks"], parts["key"], parts["look"]
    if masks is None or key is None or look is None or len(masks) != len(record["given"]):
        raise ValueError(f"frame {record['time']} is not whole")
    template_key, template_value = parts["template_key"], parts["template_value"]
    template = None
    if template_key is not None and template_value is not None:
        template = TemplateEntry(template_key, template_value)
    gram, target = parts["evidence_gram"], parts["evidence_target"]
    evidence = Evidence(gram, target) if gram is not None and target is not None else None
    return RememberedFrame(
        record["time"],
        tuple(record["present"]),
        tuple(record["given"]),
        masks,
        key,
        look,
        parts["fine"],
        template,
        evidence,
        record["ends"],
    )
