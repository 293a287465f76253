"""The differentiable matching layer against scipy's Hungarian assignment."""

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from models.functional.matching import assign


def _separated_cost(rng: np.random.Generator, objects: int, proposals: int) -> np.ndarray:
    """Random costs whose optimum is not a near tie, as a soft solver needs."""
    cost = rng.uniform(0.5, 1.0, (objects, proposals))
    rows, columns = np.arange(objects), rng.permutation(proposals)[:objects]
    cost[rows, columns] = rng.uniform(0.0, 0.2, objects)
    return cost


@pytest.mark.parametrize(("objects", "proposals"), [(1, 1), (1, 30), (3, 3), (4, 30), (10, 12)])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_hungarian_assignment(objects: int, proposals: int, seed: int) -> None:
    cost = _separated_cost(np.random.default_rng(seed), objects, proposals)
    expected = linear_sum_assignment(cost)[1]
    found = assign(torch.from_numpy(cost)).argmax(dim=1).numpy()
    np.testing.assert_array_equal(found, expected)


def test_two_objects_that_want_one_proposal_share_out_by_total_cost() -> None:
    # Greedily both would take column 0; the best total gives it to the second object.
    cost = torch.tensor([[0.0, 0.1], [0.0, 0.9]])
    rows, columns = linear_sum_assignment(cost.numpy())
    found = assign(cost, steps=200, cycles=20)
    assert found.argmax(dim=1).tolist() == columns[rows].tolist() == [1, 0]


@pytest.mark.parametrize(("objects", "proposals"), [(1, 5), (3, 8), (6, 30)])
def test_rows_sum_to_one_and_columns_to_at_most_one(objects: int, proposals: int) -> None:
    torch.manual_seed(objects)
    found = assign(torch.rand(objects, proposals))
    assert (found >= 0).all()
    torch.testing.assert_close(found.sum(1), torch.ones(objects), atol=0.02, rtol=0)
    assert (found.sum(0) <= 1.05).all()


@pytest.mark.parametrize(("objects", "proposals"), [(3, 2), (5, 1)])
def test_more_objects_than_proposals_share_them(objects: int, proposals: int) -> None:
    torch.manual_seed(objects)
    found = assign(torch.rand(objects, proposals))
    torch.testing.assert_close(found.sum(1), torch.ones(objects), atol=0.02, rtol=0)
    assert abs(float(found.sum()) - objects) < 0.05  # so columns sum to more than one


def test_an_object_without_a_good_proposal_takes_the_null_column() -> None:
    cost = torch.tensor([[0.1, 0.9], [0.9, 0.8], [0.9, 0.85]])
    found = assign(cost, null_cost=0.5)
    assert found.shape == (3, 3)
    # The null column takes any number of objects; the others only one.
    assert found.argmax(dim=1).tolist() == [0, 2, 2]


def test_no_proposal_leaves_an_empty_assignment_or_the_null_column() -> None:
    assert assign(torch.zeros(2, 0)).shape == (2, 0)
    torch.testing.assert_close(assign(torch.zeros(2, 0), null_cost=0.5), torch.ones(2, 1))


def test_gradients_flow_where_objects_compete() -> None:
    cost = torch.tensor([[0.0, 0.1], [0.0, 0.9]], requires_grad=True)
    assign(cost, steps=10)[0, 1].backward()
    assert cost.grad is not None
    # Making the proposal dearer takes assignment away from it.
    assert cost.grad[0, 1] < 0 < cost.grad[0, 0]


def test_without_competition_the_cheapest_proposal_is_taken_whole() -> None:
    found = assign(torch.tensor([[0.3, 0.32]]))
    torch.testing.assert_close(found, torch.tensor([[1.0, 0.0]]), atol=0.01, rtol=0)
