"""What the application loads, and when."""

import gc
import os
import subprocess
import sys
from contextlib import suppress

import pytest
from typer.testing import CliRunner

from ovos_cli.app import app
from ovos_cli.collecting import loading

_COMMANDS = (
    *("mask", "edit", "segment", "batch", "resume", "review", "export"),
    *("benchmark", "evaluate", "report", "propose", "train"),
)
_HEAVY = ("torch", "torchvision", "timm", "av")
_NEEDS_NO_TORCH = ("ovos_cli.app", "ovos_cli.evaluate", "ovos_cli.report_command")


@pytest.mark.parametrize("module", _NEEDS_NO_TORCH)
def test_scoring_and_reports_do_not_wait_for_torch(module: str) -> None:
    # Processes that score import the application again.
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_help_and_version_do_not_wait_for_torch() -> None:
    asked = [["--version"], ["--help"], *([name, "--help"] for name in _COMMANDS)]
    code = f"""
import sys
from typer.testing import CliRunner
from ovos_cli.app import app
from ovos_cli.collecting import loading
for arguments in {asked}:
    result = CliRunner().invoke(app, arguments)
    loaded = [name for name in {_HEAVY} if name in sys.modules]
    assert result.exit_code == 0 and not loaded, (arguments, loaded, result.output)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_misspelt_command_is_suggested() -> None:
    result = CliRunner().invoke(app, ["evalute"])
    assert result.exit_code == 2
    assert "Did you mean 'evaluate'" in " ".join(result.output.split())


@pytest.mark.parametrize("given", [None, "ACTIVE"])
def test_waiting_threads_sleep_unless_the_user_wants_them_to_spin(given: str | None) -> None:
    code = """
import os, sys
from ovos_cli.app import main
sys.argv = ["ovos", "--version"]
try:
    main()
finally:
    print(os.environ["OMP_WAIT_POLICY"], "torch" in sys.modules)
"""
    environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"}
    environment |= {"OMP_WAIT_POLICY": given} if given else {}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == f"{given or 'PASSIVE'} False"


@pytest.mark.parametrize("before", [True, False])
def test_garbage_is_collected_again_once_all_is_loaded(before: bool) -> None:
    (gc.enable if before else gc.disable)()
    try:
        with suppress(ImportError), loading():
            assert not gc.isenabled()
            raise ImportError
        assert gc.isenabled() is before
    finally:
        gc.unfreeze()
        gc.enable()
