"""The memory read against a naive loop, and the temporal embedding."""

import math

import torch

from models.functional.attention import memory_read, temporal_embedding


def test_memory_read_matches_a_loop_over_positions() -> None:
    torch.manual_seed(0)
    objects, frames, key, value, height, width = 2, 3, 4, 8, 2, 3
    query = torch.randn(objects, key, height, width)
    keys = torch.randn(objects, frames, key, height, width)
    values = torch.randn(objects, frames, value, height, width)
    found = memory_read(query, keys, values, torch.ones(objects, frames, dtype=torch.bool))

    for o in range(objects):
        places = [(t, y, x) for t in range(frames) for y in range(height) for x in range(width)]
        for y in range(height):
            for x in range(width):
                scores = torch.tensor(
                    [
                        float(query[o, :, y, x] @ keys[o, t, :, b, a]) / math.sqrt(key)
                        for t, b, a in places
                    ]
                )
                weights = scores.exp() / scores.exp().sum()
                expected = sum(
                    w * values[o, t, :, b, a] for w, (t, b, a) in zip(weights, places, strict=True)
                )
                torch.testing.assert_close(found[o, :, y, x], expected, atol=1e-5, rtol=1e-5)


def test_frames_in_which_an_object_is_absent_are_not_read() -> None:
    torch.manual_seed(1)
    query, keys, values = (
        torch.randn(1, 4, 2, 2),
        torch.randn(1, 3, 4, 2, 2),
        torch.randn(1, 3, 8, 2, 2),
    )
    seen = memory_read(query, keys, values, torch.tensor([[True, False, True]]))
    without = memory_read(query, keys[:, ::2], values[:, ::2], torch.ones(1, 2, dtype=torch.bool))
    torch.testing.assert_close(seen, without)


def test_an_object_absent_from_all_frames_is_read_from_all() -> None:
    query, keys, values = (
        torch.randn(1, 4, 2, 2),
        torch.randn(1, 2, 4, 2, 2),
        torch.ones(1, 2, 8, 2, 2),
    )
    found = memory_read(query, keys, values, torch.zeros(1, 2, dtype=torch.bool))
    torch.testing.assert_close(found, torch.ones(1, 8, 2, 2))


def test_temporal_embedding_is_bounded_distinct_and_unlimited() -> None:
    found = temporal_embedding(torch.tensor([0, 1, 2, 50, 100_000]), 64)
    assert found.shape == (5, 64)
    assert found.abs().max() <= 1
    torch.testing.assert_close(found[0], torch.cat([torch.zeros(32), torch.ones(32)]))
    distances = torch.cdist(found, found) + 10 * torch.eye(5)
    assert distances.min() > 0.3
