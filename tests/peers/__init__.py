"""What other programs say of our files; see README.md."""
