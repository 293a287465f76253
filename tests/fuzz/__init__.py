"""Files that nobody meant: every reader gives a right result or a clear refusal.

`python -m tests.fuzz --inputs 10000`; a short slice of it is in the suite.
"""
