"""Who runs the shots of a list: this process, or the machines of a Ray cluster."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from models.errors import InputError, OvosError
from models.sources.names import SourceName
from models.utils.device import choose_device
from ovos_cli.batch.done import key_of, note_done
from ovos_cli.batch.result import Result, State
from ovos_cli.batch.rows import Row
from ovos_cli.batch.run import Executor, Here, Models, Watch
from ovos_cli.batch.shipment import Files, Shipment, pack, run_shipment, store
from ovos_cli.failures import message_of
from ovos_cli.ray_cluster import RayCluster
from ovos_cli.shot.folder import ShotFolder


@contextmanager
def executor_for(address: str | None, rows: list[Row], models: Models) -> Iterator[Executor]:
    """The cluster at an address, left again at the end; without one, this process.

    Raises:
        InputError: no cluster answers, or a shot needs files that do not travel.
    """
    if address is None:
        yield Here(models)
        return
    for row in rows:
        _check_travels(row)
    cluster = RayCluster(address)
    try:
        yield OnCluster(cluster, models)
    finally:
        cluster.close()


class OnCluster:
    """Runs shots on the machines of a cluster, each of which gets the files that it needs."""

    def __init__(self, cluster: RayCluster, models: Models) -> None:
        self._cluster, self._models = cluster, models

    def __call__(self, rows: list[Row], watch: Watch, *, overwrite: bool) -> Iterator[Result]:
        """See `Executor`; the results come in the order in which they are done.

        Raises:
            InputError: a GPU is wanted, and the cluster has none.
        """
        sent = dict[str, tuple[ShotFolder, Shipment]]()

        def arguments(row: Row) -> tuple[Shipment]:
            folder = ShotFolder(row.out)
            folder.refuse_linked_outputs()
            folder.claim(anew=overwrite, go_on=folder.holds_run())
            try:
                shipment = pack(row, overwrite=overwrite)
            except BaseException:
                folder.release()
                raise
            sent[row.where] = folder, shipment
            return (shipment,)

        results = self._cluster.each(
            run_shipment,
            rows,
            arguments,
            on_gpu=any(choose_device(row.model.device).type == "cuda" for row in rows),
            name=lambda row: row.name,
        )
        try:
            with closing(results):
                for row, came in results:
                    if isinstance(came, BaseException):
                        yield Result(row, State.FAILED, reason=message_of(came))
                    else:
                        yield self._received(row, sent[row.where][1], *came)
                    if row.where in sent:
                        sent.pop(row.where)[0].release()
        except KeyboardInterrupt:  # those that run there are ended, and were not begun here
            return
        finally:
            for folder, _ in sent.values():
                folder.release()

    def _received(self, row: Row, shipment: Shipment, files: Files, result: Result) -> Result:
        try:
            store(files, shipment)
            if result.state is State.DONE:
                note_done(row, key_of(row, self._models(row.model, row.memory)))
        except (OvosError, OSError) as error:
            return Result(row, State.FAILED, reason=message_of(error))
        return result


def _check_travels(row: Row) -> None:
    """See that all that a shot needs can be sent. Raises InputError."""
    model = row.model
    source = SourceName.parse(model.proposals) if model.proposals else None
    if model.weights_dir or (source and source.argument and Path(source.argument).exists()):
        raise InputError(
            f"{row.where}: proposals files:DIR, a detectron2 configuration in a file, and "
            "weights_dir lie on this machine and do not travel; leave out --cluster"
        )
