"""Commands that are declared with groups of options."""

from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from ovos_cli.option_groups import grouped


@dataclass(frozen=True, kw_only=True)
class _Place:
    path: Annotated[str, typer.Argument()]
    depth: Annotated[int, typer.Option("--depth", "-d", min=1)] = 3


@dataclass(frozen=True, kw_only=True)
class _Words:
    names: Annotated[list[str] | None, typer.Option("--name")] = None


def _app(seen: list[object]) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    @grouped
    def walk(
        place: _Place, words: _Words, quiet: Annotated[bool, typer.Option("--quiet")] = False
    ) -> None:
        """Walk about."""
        seen.extend([place, words, quiet])

    return app


def test_groups_come_as_they_are_declared() -> None:
    seen: list[object] = []
    assert CliRunner().invoke(_app(seen), ["here"]).exit_code == 0
    assert seen == [_Place(path="here"), _Words(), False]
    seen.clear()
    asked = ["-d", "7", "there", "--name", "a", "--name", "b", "--quiet"]
    assert CliRunner().invoke(_app(seen), asked).exit_code == 0
    assert seen == [_Place(path="there", depth=7), _Words(names=["a", "b"]), True]


def test_options_are_checked_and_explained_one_by_one() -> None:
    seen: list[object] = []
    assert CliRunner().invoke(_app(seen), ["here", "-d", "0"]).exit_code == 2
    assert CliRunner().invoke(_app(seen), []).exit_code == 2
    assert not seen
    shown = CliRunner().invoke(_app(seen), ["--help"]).output
    assert "Walk about." in shown and "--depth" in shown and "default: 3" in shown
