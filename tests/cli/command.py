"""The command as the shell starts it: errors mapped to messages and statuses."""

import sys

import pytest

from ovos_cli import app as application


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> tuple[int, str]:
    """Exit status and error text of `ovos ARGUMENTS`, through the real entry point."""
    said: list[str] = []
    monkeypatch.setattr(sys, "argv", ["ovos", *map(str, arguments)])
    monkeypatch.setattr(application, "fail", said.append)
    try:
        application.main()
    except SystemExit as end:
        return int(end.code or 0), "\n".join(said)
    return 0, "\n".join(said)
