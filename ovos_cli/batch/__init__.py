"""`ovos batch`: many shots from a list, one after the other."""
