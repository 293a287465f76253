"""Sequences spread over a Ray cluster; the files are those of a local run.

Frames and custom weights travel with the work, so the machines need ovos-cli and nothing else: no
common file system, no data set. Only this process writes results. A sequence whose worker or
machine dies is run again elsewhere; nothing of it was written, so nothing is there twice.
"""

import logging
import socket
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.errors import InputError, OvosError
from ovos_cli import __version__
from ovos_cli.benchmarking.code_digest import code_digest
from ovos_cli.benchmarking.method import Method, ModelMethod
from ovos_cli.benchmarking.parcel import Files, Parcel, pack, run_parcel, store
from ovos_cli.benchmarking.runner import finished_sequence
from ovos_cli.benchmarking.session import Executor, one_by_one
from ovos_cli.datasets.sequence import Sequence
from ovos_cli.evaluation.results import SequenceScores

_ATTEMPTS = 4
"""How often a sequence may lose its worker before the run fails."""
_PATIENCE = 5.0
"""Seconds for a cluster to answer; Ray itself tries for many minutes."""
_WAITING = 2
"""Sequences that travel ahead, for each one that runs; bounds what the cluster holds."""


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


class OnCluster:
    """An executor over an existing Ray cluster; each sequence takes a core, or a GPU if any."""

    def __init__(self, address: str) -> None:
        """Connect.

        Args:
            address: HOST:PORT of the head node, ray://HOST:PORT, or auto for a cluster that
                runs on this machine.

        Raises:
            OvosError: Ray is not installed.
            InputError: no cluster answers at the address.
        """
        try:
            import ray
        except ImportError as error:
            raise OvosError("--cluster needs Ray: pip install 'ovos-cli[cluster]'") from error
        self._ray: Any = ray
        try:
            _knock(address)
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise InputError(
                f"--cluster {address}: no Ray cluster answers there ({reason}); "
                "start one with `ray start --head` and give its address"
            ) from error

    def close(self) -> None:
        """Leave the cluster; it goes on running."""
        self._ray.shutdown()

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
        ray = self._ray
        expected = _expected(method)
        weights = ray.put(_weights(method))
        remote = ray.remote(_work).options(max_retries=_ATTEMPTS - 1, **_share(expected))
        waiting = deque(sequences)
        most = (1 + _WAITING) * self._slots(expected)
        running: dict[Any, Sequence] = {}
        try:
            while waiting or running:
                while waiting and len(running) < most:
                    sequence = waiting.popleft()
                    running[remote.remote(pack(sequence), method, weights, expected)] = sequence
                (done, *_), _ = ray.wait(list(running), num_returns=1)
                sequence = running.pop(done)
                store(self._result(done, sequence), sequence.name, folder)
                scores = finished_sequence(sequence, method, folder)
                if scores is None:
                    raise OvosError(
                        f"sequence {sequence.name}: its data changed while it was run; run it again"
                    )
                tick(len(sequence.frames))
                yield scores
        finally:
            for reference in running:
                ray.cancel(reference, force=True)

    def _result(self, reference: Any, sequence: Sequence) -> Files:
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except errors.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, ImportError):
                raise OvosError(
                    f"a machine of the cluster cannot import {cause.name}; "
                    f"install ovos-cli {__version__} on every machine"
                ) from error
            raise cause from error
        except errors.RayError as error:
            raise OvosError(
                f"sequence {sequence.name}: its worker on the cluster died {_ATTEMPTS} times "
                f"({type(error).__name__}); memory may be short: try a smaller --size, or a "
                "cluster with more memory for each core"
            ) from error

    def _slots(self, expected: _Expected) -> int:
        resources = self._ray.cluster_resources()
        if expected.on_gpu and not resources.get("GPU"):
            # Ray would wait for one for ever.
            raise InputError("--cluster: no machine there has a GPU; give --device cpu")
        return max(1, int(resources.get("GPU" if expected.on_gpu else "CPU", 1)))


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


def _knock(address: str) -> None:
    """See whether anything listens at HOST:PORT; OSError or ValueError if not.

    Other addresses, such as auto, are Ray's to look up.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()


def _share(expected: _Expected) -> dict[str, int]:
    """What one sequence takes of the cluster."""
    return {"num_cpus": 1, "num_gpus": 1} if expected.on_gpu else {"num_cpus": 1}


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
