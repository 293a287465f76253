"""The commands that correct a frame, as a person types them."""

import shlex
from pathlib import Path


def resume_command(shot: Path, frame: int) -> str:
    """What gives a corrected mask of a frame."""
    return f"ovos resume {shlex.quote(str(shot))} --mask {frame}=corrected.png"


def edit_command(shot: Path, frame: int) -> str:
    """What opens a frame to correct it there."""
    return f"ovos edit {shlex.quote(str(shot))} --frame {frame}"
