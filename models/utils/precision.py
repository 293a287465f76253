"""Number formats by name."""

from enum import StrEnum


class Precision(StrEnum):
    """Number format of the heavy layers; boxes, pooling and the last softmax stay in float32."""

    AUTO = "auto"
    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"
