"""Runs a command again and again, and kills it at random points, until it comes to its end.

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


def main(seed: str, times: str, folder: str, *arguments: str) -> None:
    """Print how often it was killed, and where it was each time."""
    chance = random.Random(int(seed))
    checkpoint.EVERY = 0.0  # as often as can be: saving is interrupted too
    command, killed = list(arguments), 0
    while killed < int(times):
        status = run(command, chance.uniform(0.3, 1.6))
        if status == 0:
            break
        assert status == -signal.SIGKILL, status
        killed += 1
        masks = len(list(Path(folder).rglob("masks/*.png")))
        print(f"killed with {masks} masks", flush=True)
        if Path(folder, "run.json").exists():
            command = ["resume", folder, "--quiet"]
    print(f"ended {run(command, None)}", flush=True)


main(*sys.argv[1:])
