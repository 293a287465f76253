"""`python -m tests.fuzz --inputs 10000 [--only NAME]`: as many inputs to all readers together."""

import argparse
import resource
import time
import warnings

from tests.fuzz.targets import TARGETS

_MOST_MEMORY = 2 << 30


def main() -> None:
    """Stop with the first input that is neither read nor refused, too slow or too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--only", choices=TARGETS)
    asked = parser.parse_args()
    chosen = [asked.only] if asked.only else list(TARGETS)
    warnings.simplefilter("ignore")  # of Pillow, about damage
    for name in chosen:
        began = time.perf_counter()
        TARGETS[name].run(-(-asked.inputs // len(chosen)), repeatable=False)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        print(f"{name}: {time.perf_counter() - began:.0f} s, {peak >> 20} MiB at most", flush=True)
        if peak > _MOST_MEMORY:
            raise SystemExit(f"{name} took {peak >> 20} MiB")


if __name__ == "__main__":
    main()
