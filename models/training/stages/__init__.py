"""What is trained in one go: which parts learn, from what, with which losses."""
