"""Names of devices, on machines with and without GPUs."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from models.errors import InputError
from models.utils.device import choose_device, choose_precision, gpu_name
from models.utils.precision import Precision


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    names = {None: "First", 0: "First", 1: "Second"}
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: names[device.index])


def test_the_gpu_that_is_used_is_the_one_that_is_named(two_gpus: None) -> None:
    assert [gpu_name(d) for d in ("auto", "cuda", "cuda:1")] == ["First", "First", "Second"]
    assert gpu_name("cpu") is None


@pytest.mark.parametrize("name", ["cuda:2", "abacus"])
def test_devices_that_are_not_there_are_refused(name: str, two_gpus: None) -> None:
    with pytest.raises(InputError, match=name):
        choose_device(name)


def test_what_a_gpu_computes_natively_is_asked_of_that_one(
    two_gpus: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = [0]

    @contextmanager
    def device(chosen: torch.device) -> Iterator[None]:
        current.append(chosen.index or 0)
        yield
        current.pop()

    monkeypatch.setattr(torch.cuda, "device", device)
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda including_emulation: current[-1] == 1
    )
    found = [choose_precision(Precision.AUTO, choose_device(d)) for d in ("cuda", "cuda:1")]
    assert found == [torch.float16, torch.bfloat16]


def test_half_precision_is_not_for_a_cpu() -> None:
    with pytest.raises(InputError, match="bf16 or fp32"):
        choose_precision(Precision.FP16, choose_device("cpu"))
