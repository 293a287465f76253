"""Number formats by name."""

from enum import StrEnum


class Precision(StrEnum):
    """Number format of the heavy layers; softmax, boxes and masks stay in float32."""

    AUTO = "auto"
    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"
