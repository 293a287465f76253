"""Names of devices, on machines with and without GPUs."""

import pytest
import torch

from models.device import choose_device, choose_precision, gpu_name
from models.errors import InputError
from models.precision import Precision


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


def test_half_precision_is_not_for_a_cpu() -> None:
    with pytest.raises(InputError, match="bf16 or fp32"):
        choose_precision(Precision.FP16, choose_device("cpu"))
