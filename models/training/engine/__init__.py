"""How training runs: schedule, loop, state, journal. Knows no model."""
