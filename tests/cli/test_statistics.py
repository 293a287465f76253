"""Mean, recall, decay and averages on cases worked out by hand."""

import math

import pytest

from ovos_cli.evaluation.results import ObjectScores, SequenceScores, global_measures
from ovos_cli.evaluation.statistics import decay, mean, recall


def test_recall_counts_what_is_above_a_half() -> None:
    assert recall([0.5, 0.50001, 1.0, 0.0]) == 0.5


def test_decay_by_hand() -> None:
    # Nine frames: the bins' ends are frames 1, 3, 5, 7, 9; neighbours share theirs.
    values = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    assert decay(values) == pytest.approx(0.8 - 0.2)
    # Ten: linspace(1, 10, 5) = 1, 3.25, 5.5, 7.75, 10, so 1, 3, 6, 8, 10 (half rounds up).
    assert decay([1, 1, 1, 0, 0, 0, 0, 0.5, 0.5, 0.5]) == pytest.approx(1 - 0.5)
    assert decay([0.3]) == 0


def test_decay_is_right_above_256_frames() -> None:
    """A tool that keeps frame numbers in 8 bits takes other frames from 256 on."""
    count = 1001
    values = [1.0 if i <= 250 else 0.0 for i in range(count)]
    assert decay(values) == 1.0  # first quarter: frames 0 to 250; last: 750 to 1000
    rising = [i / 1000 for i in range(count)]
    assert decay(rising) == pytest.approx(0.125 - 0.875)


def test_without_frames_there_is_no_number() -> None:
    assert all(math.isnan(f([])) for f in (mean, recall, decay))


def _sequence(name: str, **objects: tuple[list[float], list[float], str | None]) -> SequenceScores:
    scores = {
        int(ident[1:]): ObjectScores([f"{i:05d}" for i in range(len(j))], j, f, category)
        for ident, (j, f, category) in objects.items()
    }
    return SequenceScores(name, ["00000"], (4, 4), scores)


def test_every_object_weighs_the_same() -> None:
    sequences = [
        _sequence("a", o1=([1.0, 1.0], [1.0, 1.0], None)),
        _sequence("b", o1=([0.4], [0.6], None), o3=([0.1], [0.2], None), o4=([], [], None)),
    ]
    measures = global_measures(sequences)
    assert measures is not None
    assert measures["J-Mean"] == pytest.approx(1.5 / 3)
    assert measures["F-Mean"] == pytest.approx(1.8 / 3)
    assert measures["J&F-Mean"] == pytest.approx(0.55)
    assert measures["J-Recall"] == pytest.approx(1 / 3)
    assert "G" not in measures
    assert global_measures([_sequence("c")]) is None


def test_g_is_the_mean_of_j_and_f_of_seen_and_unseen() -> None:
    sequences = [
        _sequence("a", o1=([0.8], [0.9], "dog"), o2=([0.6], [0.7], "dog")),
        _sequence("b", o1=([0.2], [0.3], "kite")),
    ]
    measures = global_measures(sequences, frozenset({"dog"}))
    assert measures is not None
    assert measures["J-Seen"] == pytest.approx(0.7) and measures["J-Unseen"] == pytest.approx(0.2)
    assert measures["F-Seen"] == pytest.approx(0.8) and measures["F-Unseen"] == pytest.approx(0.3)
    assert measures["G"] == pytest.approx((0.7 + 0.2 + 0.8 + 0.3) / 4)
    # Without an unseen object there is no G.
    partial = global_measures(sequences[:1], frozenset({"dog"}))
    assert partial is not None and partial["G"] is None


def test_a_sequence_has_the_averages_of_its_objects() -> None:
    both = _sequence("b", o1=([0.4, 0.6], [1.0, 0.8], None), o2=([0.1], [0.3], None))
    measures = both.to_dict()["measures"]
    assert measures["J-Mean"] == pytest.approx(0.3) and measures["F-Mean"] == pytest.approx(0.6)
    assert measures["J&F-Mean"] == pytest.approx(0.45)
    assert _sequence("c").to_dict()["measures"] is None


def test_sequences_survive_json() -> None:
    before = _sequence("b", o3=([0.1, 0.4], [0.2, 0.3], "kite"))
    assert SequenceScores.from_dict("b", before.to_dict()) == before
