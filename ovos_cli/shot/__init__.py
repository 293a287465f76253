"""Shots: masks at any frame, both directions, corrections, and results that outlive any fault."""
