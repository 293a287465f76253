"""Following objects from frame to frame: ids, remembered frames, one step, the whole state."""
