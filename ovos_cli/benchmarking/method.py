"""What a method is to the benchmark, and the model as one."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models import MemoryPolicy, Precision, load_model
from models.config import FRAMES_KEPT
from models.functional.cuts import Small, is_cut, shrunk
from models.hub.load import LoadedModel
from models.sources.install import digest_of, use_source
from models.sources.names import Kind, SourceName
from models.tracking.segmenter import Segmenter, computed_in
from models.tracking.working_size import working_size
from ovos_cli.datasets.annotation import Ids
from ovos_cli.groups import in_groups


@dataclass(frozen=True, slots=True)
class GivenFrame:
    """What a method gets of a frame: name, (H, W, 3) uint8 RGB, and the ids that begin there."""

    name: str
    image: NDArray[np.uint8]
    given: Ids | None


class Tracker(Protocol):
    """Follows the objects of one video.

    times: seconds by part of the method for each frame done, the first frame included.
    """

    times: list[dict[str, float]]

    def follow(self, frames: Iterable[GivenFrame]) -> Iterator[Ids]:
        """Yield the (H, W) ids of each frame in turn, seeing nothing of later ones' truth."""
        ...


class MaskMaker(Protocol):
    """What made masks, as records have it."""

    @property
    def name(self) -> str:
        """For tables and folders."""
        ...

    def settings(self) -> dict[str, Any]:
        """Everything that may change its masks, as JSON values."""
        ...

    def model(self) -> dict[str, str] | None:
        """name, weights and sha256 of a model; None for a method without weights."""
        ...


class Method(MaskMaker, Protocol):
    """Something that can be run over a data set; it can be pickled, to run elsewhere."""

    def tracker(self, sequence: str) -> Tracker:
        """A fresh one for the video of this name."""
        ...


@dataclass(frozen=True)
class ModelMethod:
    """DMN-AOA with its options; the network is loaded once in each process."""

    preset: str = "lite"
    weights: Path | None = None
    changes: tuple[str, ...] = ()
    memory_policy: MemoryPolicy = MemoryPolicy.STRIDE
    memory_stride: int = 5
    memory_max: int | None = FRAMES_KEPT
    size: int | None = None
    device: str = "auto"
    precision: Precision = Precision.AUTO
    proposals: str | None = None
    weights_dir: Path | None = None
    allow_untrained: bool = False
    label: str | None = None

    @property
    def name(self) -> str:
        """The label, else the model's name, with the weights' where they are not the package's."""
        own = f"-{self.weights.stem}" if self.weights else ""
        return self.label or f"{self.preset}{own}"

    def loaded(self) -> LoadedModel:
        """The network with its record.

        Raises:
            InputError: there are no such weights, or a setting does not exist.
        """
        return _load(self)

    def settings(self) -> dict[str, Any]:
        """Configuration, size inside the model, and number format."""
        size = working_size(asked=self.size)
        device, dtype = computed_in(size, self.device, self.precision)
        digest = _digest(self)
        return {
            "config": self.loaded().network.config.to_dict(),
            "proposals": self.proposals or self.loaded().source,
            **({"proposals_sha256": digest} if digest else {}),
            "size": "by objects" if self.size is None else self.size,
            "device": device.type,
            "precision": str(dtype).removeprefix("torch."),
        }

    def model(self) -> dict[str, str] | None:
        """name, weights and sha256."""
        loaded = self.loaded()
        return {"name": self.preset, "weights": loaded.path.name, "sha256": loaded.sha256}

    def tracker(self, sequence: str) -> "ModelTracker":
        """A segmenter of its own over the shared network."""
        return ModelTracker(partial(self.segmenter, sequence))

    def segmenter(self, sequence: str, first: Ids | None) -> Segmenter:
        """A fresh one for the video of this name, and the objects of its first mask."""
        source = self.files()
        if source is not None:
            use_source(self.loaded().network, source.of_sequence(sequence))
        size = working_size(first, asked=self.size)
        return Segmenter(
            self.loaded().network, size=size, device=self.device, precision=self.precision
        )

    def files(self) -> SourceName | None:
        """The source of proposals, if it is files, in a folder for each sequence."""
        source = SourceName.parse(self.proposals) if self.proposals else None
        return source if source is not None and source.kind is Kind.FILES else None


class ModelTracker:
    """Feeds a segmenter; on a GPU, features and proposals of a few frames at once."""

    def __init__(self, segmenter: Callable[[Ids | None], Segmenter]) -> None:
        """Take what makes a segmenter for a first mask."""
        self._segmenter = segmenter
        self._before: Small | None = None  # the frame before, as cuts are told from it
        self.times: list[dict[str, float]] = []

    def follow(self, frames: Iterable[GivenFrame]) -> Iterator[Ids]:
        """See `Tracker`."""
        frames = iter(frames)
        head = next(frames, None)
        if head is None:
            return
        segmenter = self._segmenter(head.given)
        for group in in_groups(chain([head], frames), segmenter.batch):
            prepared = segmenter.prepare(
                [frame.image for frame in group], [frame.name for frame in group]
            )
            shared = segmenter.clock.take()
            for frame, ready in zip(group, prepared, strict=True):
                small = shrunk(frame.image)
                cut = self._before is not None and is_cut(self._before, small)
                self._before = small
                ids = segmenter.step(ready, frame.given, cut=cut).ids
                each = {part: seconds / len(group) for part, seconds in shared.items()}
                self.times.append(each | segmenter.clock.take())
                yield ids


@lru_cache(maxsize=2)
def _load(method: ModelMethod) -> LoadedModel:
    return load_model(
        method.preset,
        method.weights,
        method.changes,
        source=None if method.files() else method.proposals,
        weights_dir=method.weights_dir,
        allow_untrained=method.allow_untrained,
        memory_policy=method.memory_policy,
        memory_stride=method.memory_stride,
        memory_max=method.memory_max,
    )


@lru_cache(maxsize=2)
def _digest(method: ModelMethod) -> str | None:
    """Of the source of proposals; files are put in for each video, and have a digest for each."""
    return None if method.files() else digest_of(_load(method).network)
