"""The memory read against a naive loop, and the temporal embedding."""

import math

import torch

from models.functional.attention import age_penalty, memory_read, temporal_embedding


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


def test_old_frames_lose_relevance_each_time_their_age_doubles() -> None:
    penalty = age_penalty(torch.tensor([16, 4, 2, 1]), 1.5)
    torch.testing.assert_close(penalty, torch.tensor([6.0, 3.0, 1.5, 0.0]))
    # Equal scores: what is read is a mean, weighted by what the penalty leaves of each frame.
    values = torch.eye(4).reshape(1, 4, 4, 1, 1)
    same = torch.ones(1, 4, 1, 1, 1)
    found = memory_read(same[:, 0], same, values, torch.ones(1, 4, dtype=torch.bool), penalty)
    left = torch.tensor([1 / 2**6, 1 / 2**3, 1 / 2**1.5, 1.0]).pow(1 / math.log(2))
    torch.testing.assert_close(found.flatten(), left / left.sum())


def test_temporal_embedding_is_bounded_distinct_and_unlimited() -> None:
    found = temporal_embedding(torch.tensor([0, 1, 2, 50, 100_000]), 64)
    assert found.shape == (5, 64)
    assert found.abs().max() <= 1
    torch.testing.assert_close(found[0], torch.cat([torch.zeros(32), torch.ones(32)]))
    distances = torch.cdist(found, found) + 10 * torch.eye(5)
    assert distances.min() > 0.3
