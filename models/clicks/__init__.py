"""A mask of one object in one frame, from a box, clicks, and the model's proposals."""
