"""What leaves a shot for other programs."""
