"""`ovos mask`: a first mask without a paint program."""
