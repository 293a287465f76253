"""The `ovos` command: video object segmentation from a first-frame mask."""

__version__ = "0.1.0"
