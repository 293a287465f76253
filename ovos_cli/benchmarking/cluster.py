"""Sequences spread over a Ray cluster; the files are those of a local run.

Frames and custom weights travel with the work, so the machines need ovos-cli and nothing else: no
common file system, no data set. Only this process writes results. A sequence whose worker or
machine dies is run again elsewhere; nothing of it was written, so nothing is there twice.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.errors import OvosError
from ovos_cli import __version__
from ovos_cli.benchmarking.code_digest import code_digest
from ovos_cli.benchmarking.method import Method, ModelMethod
from ovos_cli.benchmarking.parcel import Files, Parcel, pack, run_parcel, store
from ovos_cli.benchmarking.runner import finished_sequence
from ovos_cli.benchmarking.session import Executor, one_by_one
from ovos_cli.datasets.sequence import Sequence
from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.ray_cluster import RayCluster


@dataclass(frozen=True)
class _Expected:
    """What must be the same on every machine, or results would not belong together."""

    version: str
    code: str
    settings: dict[str, Any]
    model: dict[str, str] | None

    @property
    def on_gpu(self) -> bool:
        return self.settings.get("device") == "cuda"


class OnCluster(RayCluster):
    """An executor over an existing Ray cluster; each sequence takes a core, or a GPU if any."""

    def __call__(
        self, sequences: list[Sequence], method: Method, folder: Path, tick: Callable[[int], None]
    ) -> Iterator[SequenceScores]:
        """Run sequences, and yield the scores of each as it comes in.

        Raises:
            InputError: the method wants a GPU and the cluster has none.
            OSError: a file cannot be read.
            OvosError: the method fails; machines differ in version, device or precision; or a
                sequence loses its worker again and again.
        """
        expected, weights = _expected(method), self.put(_weights(method))
        results = self.each(
            _work,
            sequences,
            lambda sequence: (pack(sequence), method, weights, expected),
            on_gpu=expected.on_gpu,
            name=lambda sequence: f"sequence {sequence.name}",
        )
        with closing(results):
            for sequence, result in results:
                if isinstance(result, BaseException):
                    raise result
                store(result, sequence.name, folder)
                scores = finished_sequence(sequence, method, folder)
                if scores is None:
                    raise OvosError(
                        f"sequence {sequence.name}: its data changed while it was run; run it again"
                    )
                tick(len(sequence.frames))
                yield scores


@contextmanager
def executor_for(address: str | None) -> Iterator[Executor]:
    """The cluster at an address, left again at the end; without one, this process."""
    if address is None:
        yield one_by_one
        return
    cluster = OnCluster(address)
    try:
        yield cluster
    finally:
        cluster.close()


def _expected(method: Method) -> _Expected:
    """What this machine would run."""
    return _Expected(__version__, code_digest(), method.settings(), method.model())


def _weights(method: Method) -> tuple[str, bytes] | None:
    """Name and contents of weights that are not in the package."""
    if isinstance(method, ModelMethod) and method.weights is not None:
        return method.weights.name, method.weights.read_bytes()
    return None


def _work(
    parcel: Parcel, method: Method, weights: tuple[str, bytes] | None, expected: _Expected
) -> Files:
    """What a worker does; runs on the cluster."""
    if weights is not None and isinstance(method, ModelMethod):
        method = replace(method, weights=_unpacked(*weights))
    here = _expected(method)
    if here != expected:
        raise OvosError(
            f"a machine of the cluster would not run the same: {_differences(expected, here)}; "
            "install one version of ovos-cli everywhere, and give --device and --precision"
        )
    return run_parcel(parcel, method)


@lru_cache(maxsize=1)
def _unpacked(name: str, content: bytes) -> Path:
    """A file for as long as this worker lives."""
    folder = tempfile.TemporaryDirectory(prefix="ovos-weights-")
    _kept.append(folder)
    path = Path(folder.name) / name
    path.write_bytes(content)
    return path


_kept: list[tempfile.TemporaryDirectory[str]] = []


def _differences(wanted: _Expected, found: _Expected) -> str:
    """Which values differ, both given."""
    pairs: list[tuple[str, Any, Any]] = [("version", wanted.version, found.version)]
    pairs += [("code", wanted.code[:8], found.code[:8])]
    pairs += [(k, v, found.settings.get(k)) for k, v in wanted.settings.items()]
    pairs += [("weights", wanted.model, found.model)]
    return "; ".join(f"{k} is {b}, here {a}" for k, a, b in pairs if a != b)
