"""Cues in the store."""

from pathlib import Path

from models.tracking.cues import Cues
from ovos_cli.shot.store import Store


def test_cues_come_back_by_way_frame_and_object(tmp_path: Path) -> None:
    cues = Cues(0.5, 120.25, 100.0, 1.75)
    store = Store(tmp_path / "shot.sqlite")
    store.add_cues(3, {1: Cues(0, 0, 0, 0)}, backward=False)
    store.add_cues(3, {1: cues, 7: cues}, backward=False)
    store.add_cues(4, {1: cues}, backward=True)
    store.close()
    store = Store(tmp_path / "shot.sqlite")
    assert store.cues(backward=False) == {3: {1: cues, 7: cues}}
    assert store.cues(backward=True) == {4: {1: cues}}
    store.forget()
    assert store.cues(backward=False) == {}
    store.close()
