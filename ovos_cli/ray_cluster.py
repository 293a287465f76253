"""Work spread over a Ray cluster: what a worker returns, or why it does not."""

import logging
import socket
from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeVar

from models.errors import InputError, OvosError
from ovos_cli import __version__

_ATTEMPTS = 4
"""How often a job may lose its worker before it has failed."""
_PATIENCE = 5.0
"""Seconds for a cluster to answer; Ray itself tries for many minutes."""
_WAITING = 2
"""Jobs that travel ahead, for each one that runs; bounds what the cluster holds."""

Job = TypeVar("Job")


class RayCluster:
    """An existing cluster; each job takes a core, or a GPU where it wants one."""

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

    def put(self, value: object) -> Any:
        """Send what many jobs need, once; what stands for it among their arguments."""
        return self._ray.put(value)

    def each(
        self,
        work: Callable[..., Any],
        jobs: Iterable[Job],
        arguments: Callable[[Job], tuple[Any, ...]],
        *,
        on_gpu: bool,
        name: Callable[[Job], str],
    ) -> Generator[tuple[Job, Any]]:
        """Do jobs, and yield each with what came of it, in the order in which they end.

        Args:
            work: what a worker calls; a function that it can import.
            jobs: what is to be done.
            arguments: those of `work`; they are made when a job is sent, a few ahead.
            on_gpu: whether each takes a GPU.
            name: of a job, for messages.

        Yields:
            A job and what `work` returned; or the exception that it raised there, an OvosError
            where its worker died again and again; or an OvosError or OSError of `arguments`.

        Raises:
            InputError: a GPU is wanted and the cluster has none.
        """
        ray, waiting = self._ray, deque(jobs)
        share = {"num_cpus": 1, "num_gpus": 1} if on_gpu else {"num_cpus": 1}
        remote = ray.remote(work).options(max_retries=_ATTEMPTS - 1, **share)
        most = (1 + _WAITING) * self._slots(on_gpu=on_gpu)
        running: dict[Any, Job] = {}
        try:
            while waiting or running:
                while waiting and len(running) < most:
                    job = waiting.popleft()
                    try:
                        reference = remote.remote(*arguments(job))
                    except (OvosError, OSError) as error:
                        yield job, error
                    else:
                        running[reference] = job
                if not running:
                    return
                (done, *_), _ = ray.wait(list(running), num_returns=1)
                job = running.pop(done)
                yield job, self._result(done, name(job))
        finally:
            for reference in running:
                ray.cancel(reference, force=True)

    def _result(self, reference: Any, name: str) -> Any:
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except errors.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, ImportError):
                return OvosError(
                    f"a machine of the cluster cannot import {cause.name}; "
                    f"install ovos-cli {__version__} on every machine"
                )
            return cause
        except errors.RayError as error:
            return OvosError(
                f"{name}: its worker on the cluster died {_ATTEMPTS} times "
                f"({type(error).__name__}); memory may be short: try a smaller --size, or a "
                "cluster with more memory for each core"
            )

    def _slots(self, *, on_gpu: bool) -> int:
        resources = self._ray.cluster_resources()
        if on_gpu and not resources.get("GPU"):
            # Ray would wait for one for ever.
            raise InputError("--cluster: no machine there has a GPU; give --device cpu")
        return max(1, int(resources.get("GPU" if on_gpu else "CPU", 1)))


def _knock(address: str) -> None:
    """See whether anything listens at HOST:PORT; OSError or ValueError if not.

    Other addresses, such as auto, are Ray's to look up.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
