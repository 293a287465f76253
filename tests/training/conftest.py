"""Small data sets for tests of training."""

from tests.data_sets import coco, davis, folders, youtube

__all__ = ["coco", "davis", "folders", "youtube"]
