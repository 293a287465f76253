"""Runs a command, and again while it is killed at random points, until it comes to its end.

Everything is imported once; each run is a fork, made before torch has started any thread.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import ovos_cli.segment_run  # noqa: F401 (imported before the first fork)
import ovos_cli.shot.checkpoint as checkpoint
from ovos_cli import app


def run(arguments: list[str], alive: float | None) -> int:
    """Fork, and kill the child after so many seconds in which it has a record; its status."""
    child = os.fork()
    if child == 0:
        sys.argv = ["ovos", *arguments]
        try:
            app.main()
        except SystemExit as end:
            os._exit(int(end.code or 0))
        os._exit(0)
    if alive is not None:
        time.sleep(alive)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main(seed: str, times: str, whole: str, killed_one: str, *arguments: str) -> None:
    """Run it into the folder `whole`, then killed into another; print how often, and where."""
    chance = random.Random(int(seed))
    print(f"whole {run([*arguments, '--out', whole], None)}", flush=True)
    checkpoint.EVERY = 0.0  # as often as can be: saving is interrupted too
    command, killed = [*arguments, "--out", killed_one], 0
    while killed < int(times):
        status = run(command, chance.uniform(0.3, 1.6))
        if status == 0:
            break
        assert status == -signal.SIGKILL, status
        killed += 1
        masks = len(list(Path(killed_one).rglob("masks/*.png")))
        print(f"killed with {masks} masks", flush=True)
        if Path(killed_one, "run.json").exists():
            command = ["resume", killed_one, "--quiet"]
    print(f"ended {run(command, None)}", flush=True)


main(*sys.argv[1:])
