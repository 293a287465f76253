"""What the application loads, and when."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ovos_cli.app import app

_COMMANDS = ("segment", "benchmark", "evaluate", "report", "propose", "train")
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
