"""Annotation formats of other programs: a file each, with what it reads and what it writes."""
