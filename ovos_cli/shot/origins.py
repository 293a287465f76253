"""Where an object's mask in a frame comes from; without torch, for whoever only reads results."""

GIVEN, LOCKED, FORWARD, BACKWARD, MERGED = "given", "locked", "forward", "backward", "merged"
