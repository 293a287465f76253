"""Which device and which number format the network runs in."""

import torch

from models.errors import InputError
from models.utils.named_choice import named_choice
from models.utils.precision import Precision

_DTYPES = {
    Precision.FP32: torch.float32,
    Precision.BF16: torch.bfloat16,
    Precision.FP16: torch.float16,
}


def choose_device(name: str) -> torch.device:
    """Resolve `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.

    Raises:
        InputError: the device is unknown or not available here.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise InputError(f"there is no device '{name}'; choose auto, cpu, cuda or mps") from None
    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not available.get(device.type, False):
        raise InputError(
            f"device '{name}' is not available on this machine; use --device cpu, or auto"
        )
    return device


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """Resolve a `Precision`, or its name, `auto` to the fastest that the device computes natively.

    Raises:
        InputError: an unknown name; float16 on a CPU, where it is slower than float32 and often
            missing.
    """
    precision = named_choice(Precision, name, "precision")
    if precision is Precision.FP16 and device.type == "cpu":
        raise InputError("the precision fp16 is not supported on the CPU; choose bf16 or fp32")
    if precision is not Precision.AUTO:
        return _DTYPES[precision]
    if device.type == "cuda":
        with torch.cuda.device(device):  # it is the current one that is asked
            # Before Ampere, bfloat16 is emulated and slow.
            fast = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else torch.float16
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        native = ("avx512_bf16", "amx_bf16", "bf16")
        return torch.bfloat16 if any(capabilities.get(n) for n in native) else torch.float32
    return torch.float32


def gpu_name(device: str) -> str | None:
    """The GPU that a device's name means, see `choose_device`, in words; None if it is none."""
    chosen = choose_device(device)
    return torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else None
