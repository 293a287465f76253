"""Annotated images and videos on disk, in the formats that people have."""
