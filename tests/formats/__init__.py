"""Annotation formats, out and in."""
