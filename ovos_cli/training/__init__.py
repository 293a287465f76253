"""`ovos train`: the command, the score that chooses, the pictures that show."""
