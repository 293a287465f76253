"""What a proposal generator holds, as a hash: the name of a file says nothing of its content."""

import hashlib

from torch import nn


def module_digest(module: nn.Module, settings: str = "") -> str:
    """SHA-256 of a module's weights and buffers by name, and of its settings."""
    digest = hashlib.sha256(settings.encode())
    for name, value in module.state_dict().items():
        digest.update(name.encode() + value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
