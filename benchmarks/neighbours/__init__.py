"""Adapters to other methods' own code, which lies in a checkout of theirs; a module for each.

Each has `NEEDED`, files by which a checkout is known, `MODELS`, the names of its models, the first
one taken where none is given, and `follower(checkout, model, size, weights)`. That gives a function
of a frame (H, W, 3) uint8 RGB and its mask (H, W) uint8 ids, None after the first frame, that
returns (H, W) ids. A new neighbour is a new module here, and a line in `against.py`.
"""
