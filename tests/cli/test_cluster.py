"""A benchmark on a real Ray cluster of two workers on this machine."""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from models.errors import InputError, OvosError
from ovos_cli.app import app
from ovos_cli.benchmarking.cluster import OnCluster
from ovos_cli.benchmarking.method import Method, ModelMethod
from ovos_cli.benchmarking.parcel import pack, unpack
from ovos_cli.benchmarking.session import Executor, Watch, one_by_one, run_method
from ovos_cli.datasets import Dataset, DatasetName, open_dataset
from tests.cluster_methods import Deadly, Elsewhere, Failing, Kept, OnGpu
from tests.conftest import ROOT
from tests.trees import davis_tree, write_sequence

NO_RAY = "Ray is not installed: pip install 'ovos-cli[cluster]'"
NAMES = ["bear", "dogs", "elk", "fox", "gnu"]
_CONNECTED: list[OnCluster] = []


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("ray", reason=NO_RAY)
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 2, "include_dashboard": False, "object_store_memory": 80 * 2**20}
    with pytest.MonkeyPatch.context() as patch:  # workers inherit it
        patch.setenv("PYTHONPATH", str(ROOT))
        # The end of a cluster kills its workers, which then leave the weights they unpacked. Ray's
        # own files stay where they are: the names of its sockets must be short.
        patch.setenv("RAY_TMPDIR", tempfile.gettempdir())
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("workers")))
        cluster = Cluster(initialize_head=True, head_node_args=node)
        yield cluster.address
        _leave()
        cluster.shutdown()


def _leave() -> None:
    """Of this process, which can be in one cluster once."""
    while _CONNECTED:
        _CONNECTED.pop().close()


@pytest.fixture
def cluster(address: str) -> OnCluster:
    """The connection of the test before, if any: its workers need not start and import again."""
    if not _CONNECTED:
        _CONNECTED.append(OnCluster(address))
    return _CONNECTED[0]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    root = davis_tree(tmp_path / "davis", frames=7)
    for name in NAMES[2:]:
        write_sequence(root, name, 7)
    return open_dataset(DatasetName.DAVIS17, root, "all")


@pytest.fixture
def signs(tmp_path: Path) -> Path:
    folder = tmp_path / "signs"
    folder.mkdir()
    return folder


def _kill_one(signs: Path, killed: list[int]) -> None:
    """Wait until two workers are in the middle of a sequence, end one, let the other go on."""
    end = time.monotonic() + 200  # workers start slowly on a busy machine
    pids: set[int] = set()
    while len(pids) < 2 and time.monotonic() < end:
        time.sleep(0.02)
        pids = {int(text) for p in signs.glob("*.pid") if (text := p.read_text())}
    if len(pids) == 2:
        killed.append(min(pids))
        os.kill(killed[0], signal.SIGKILL)
    (signs / "go").touch()


def _comparable(folder: Path) -> dict[str, Any]:
    """Every file, without what differs from run to run: clocks."""
    found: dict[str, Any] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content: Any = path.read_bytes()
        if path.suffix == ".json":
            content = json.loads(content)
            for one in (content, *content.get("sequences", {}).values()):
                for key in ("created", "seconds", "times", "timing"):
                    one.pop(key, None)
        found[path.relative_to(folder).as_posix()] = content
    return found


def _run(dataset: Dataset, method: Method, folder: Path, executor: Executor) -> list[str]:
    ticks: list[int] = []
    finished: list[str] = []
    watch = Watch(tick=ticks.append, finished=lambda s: finished.append(s.name))
    run_method(dataset, method, folder, executor=executor, watch=watch)
    assert sum(ticks) == sum(len(s.frames) for s in dataset.sequences)
    return finished


def test_a_worker_that_is_killed_costs_nothing(
    cluster: OnCluster, dataset: Dataset, signs: Path, tmp_path: Path
) -> None:
    killed: list[int] = []
    killer = threading.Thread(target=_kill_one, args=(signs, killed))
    killer.start()
    finished = _run(dataset, Kept(signs), tmp_path / "far", cluster)
    killer.join()
    assert len(killed) == 1
    starts = [int(p.read_text()) for p in signs.glob("*.pid")]
    assert len(starts) == len(NAMES) + 1  # what the dead one held was begun again
    assert starts.count(killed[0]) == 1
    assert sorted(finished) == NAMES  # nothing lost, nothing doubled

    assert sorted(_run(dataset, Kept(signs), tmp_path / "near", one_by_one)) == NAMES
    assert _comparable(tmp_path / "far") == _comparable(tmp_path / "near")
    assert len(list((tmp_path / "far" / "masks").rglob("*"))) == len(NAMES) * 8


def test_goes_on_where_it_was(
    cluster: OnCluster, dataset: Dataset, signs: Path, tmp_path: Path
) -> None:
    (signs / "go").touch()
    _run(dataset.select(["elk", "fox"]), Kept(signs), tmp_path / "out", cluster)
    finished = _run(dataset, Kept(signs), tmp_path / "out", cluster)
    assert sorted(finished) == ["bear", "dogs", "gnu"]


def test_the_model_and_its_weights_travel(
    cluster: OnCluster, dataset: Dataset, untrained: Path, tmp_path: Path
) -> None:
    method = ModelMethod(weights=untrained, size=64, device="cpu")
    some = dataset.select(["dogs"])
    _run(some, method, tmp_path / "far", cluster)
    _run(some, method, tmp_path / "near", one_by_one)
    for name in (f"masks/dogs/{i:05d}.png" for i in range(7)):
        assert (tmp_path / "far" / name).read_bytes() == (tmp_path / "near" / name).read_bytes()


def test_parcels_hold_no_truth(dataset: Dataset, tmp_path: Path) -> None:
    sequence = dataset.sequences[1]
    there = unpack(pack(sequence), tmp_path / "there")
    assert sequence.has_truth and not there.has_truth
    assert len(list((tmp_path / "there" / "annotations").iterdir())) == 1
    first = sequence.frames[0]
    given, wanted = there.given(first), sequence.given(first)
    assert given is not None and wanted is not None and (given == wanted).all()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Failing, "no luck with this one"),
        (Elsewhere, r"precision is pid\d+, here pid\d+.*--precision"),
        (OnGpu, "no machine there has a GPU"),
        (Deadly, "died 2 times"),
    ],
)
def test_what_goes_wrong_there_is_said_here(
    cluster: OnCluster,
    dataset: Dataset,
    signs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Kept],
    said: str,
) -> None:
    monkeypatch.setattr("ovos_cli.ray_cluster._ATTEMPTS", 2)
    with pytest.raises(OvosError, match=said):
        run_method(dataset.select(["bear"]), kind(signs), tmp_path / "out", executor=cluster)
    assert not list(tmp_path.glob("out/**/*.json"))


def test_from_the_command_line(
    address: str, dataset: Dataset, untrained: Path, tmp_path: Path
) -> None:
    arguments = ["benchmark", "--dataset", "davis17", "--root", str(dataset.root), "--limit", "1"]
    arguments += ["--weights", str(untrained), "--size", "64", "--device", "cpu", "--quiet"]
    arguments += ["--baseline", "flow"]
    _leave()
    for out, more in (("far", ["--cluster", address]), ("near", [])):
        result = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / out), *more])
        assert result.exit_code == 0, result.output
    assert _comparable(tmp_path / "far") == _comparable(tmp_path / "near")


def test_a_batch_is_that_of_this_machine_and_can_be_gone_on_with_here(
    address: str, untrained: Path, tmp_path: Path
) -> None:
    shots = davis_tree(tmp_path / "davis", frames=4) / "JPEGImages/480p"
    truth = shots.parent.parent / "Annotations/480p"
    (shots / "bad.mkv").write_bytes(b"no video")
    inside = shots / "dogs/first.jpg"  # a mask among the frames is no frame there either
    inside.symlink_to(truth / "dogs/00000.png")
    (listed := shots / "shots.csv").write_text(
        f"video,mask,out,end\nbear,{truth}/bear/00000.png,x,2\nbad.mkv,{truth}/bear/00000.png,,\n"
        f"dogs,dogs/first.jpg,,\n"
    )
    arguments = ["batch", str(listed), "--weights", str(untrained), "--size", "64"]
    arguments += ["--device", "cpu"]
    _leave()
    for out, more in (("far", ["--cluster", address]), ("near", [])):
        result = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / out), *more])
        assert result.exit_code == 1, result.output
        assert "line 3 (bad_ovos)" in result.output and "is not a video" in result.output
        assert str(shots) in result.output and "/tmp/ovos-" not in result.output
    far, near = tmp_path / "far", tmp_path / "near"
    names = sorted(p.relative_to(near) for p in near.rglob("*.png") if ".ovos" not in p.parts)
    assert len(names) == 3 + 4
    for name in names:
        assert (far / name).read_bytes() == (near / name).read_bytes()
    records = [json.loads((place / "x/run.json").read_text()) for place in (far, near)]
    for record, place in zip(records, (far, near), strict=True):
        assert record["options"]["OutputOptions"].pop("out") == str(place / "x")
        record.pop("process")
        record.pop("command")
    assert records[0] == records[1]
    before = (far / "x/masks/00001.png").stat().st_mtime_ns
    result = CliRunner().invoke(app, [*arguments, "--out", str(far)])
    assert "done before" in result.output
    assert (far / "x/masks/00001.png").stat().st_mtime_ns == before
    result = CliRunner().invoke(
        app, ["resume", str(far / "x"), "--mask", f"2={truth}/bear/00002.png"]
    )
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "127.0.0.1:x"])
def test_no_cluster_at_the_address(address: str) -> None:
    pytest.importorskip("ray", reason=NO_RAY)
    with pytest.raises(InputError, match=f"{address}.*ray start"):
        OnCluster(address)


def test_says_how_to_get_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(OvosError, match=r"pip install 'ovos-cli\[cluster\]'"):
        OnCluster("127.0.0.1:1")
