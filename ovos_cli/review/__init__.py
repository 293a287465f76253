"""Which frames of a shot a person should look at first, and why.

What was stored and written of a shot (`reading`, `measured`) -> a history of each object with
calibrated confidence (`history`, `estimate`) -> what happened (`events`) -> frames in the order in
which a correction would mend most (`ranking`) -> objects.csv (`table`) and a page (`page`).

`history`, `estimate`, `events` and `ranking` are pure, and need neither torch nor the shot.
"""
