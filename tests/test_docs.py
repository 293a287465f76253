"""What the pages name is there: some of them are maps of the code."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from ovos_cli.app import app
from tests.conftest import ROOT

FOLDERS = ("models", "ovos_cli", "tests", "benchmarks", "recipes", "examples")
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "benchmarks").glob("*.md"),
    *(ROOT / "models").rglob("*.md"),
]


@pytest.mark.parametrize("page", ["docs/paper.md", "docs/proposals.md", "CONTRIBUTING.md"])
def test_files_and_names_of_the_pages_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    files = set(re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w/.*-]+)`", text))
    assert files
    assert [f for f in sorted(files) if not list(ROOT.glob(f))] == []
    code = "\n".join(
        path.read_text()
        for folder in ("models", "ovos_cli")
        for path in (ROOT / folder).rglob("*.py")
    )
    names = {name.split(".")[-1] for name in re.findall(r"`([A-Za-z_]\w*(?:\.\w+)*)`", text)}
    elsewhere = {"json", "npz", "pkl", "pth"}  # suffixes of files
    assert sorted(n for n in names - elsewhere if not re.search(rf"\b{n}\b", code)) == []


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get where Markdown is shown as GitHub shows it."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def commands_of(page: Path) -> list[str]:
    """What a page says to type, in blocks and in lines: commands with their options."""
    text = page.read_text().replace("\\\n", " ")
    blocks = re.findall(r"^```(?:sh|bash|console)?\n(.*?)^```", text, flags=re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"(?<!`)`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    return [line.strip().lstrip("$ ") for line in lines if line.strip().lstrip("$ ")[:5] == "ovos "]


def test_commands_of_the_pages_have_the_options_that_they_name() -> None:
    group: Any = typer.main.get_command(app)
    known = {
        name: {"--help", "-h"}.union(
            *(
                {*each.opts, *each.secondary_opts}
                for each in group.get_command(typer.Context(group), name).params
            )
        )
        for name in group.commands
    }
    typed = [(page, line) for page in PAGES for line in commands_of(page)]
    assert len(typed) > 50
    for page, line in typed:
        _, name, *words = re.split(r"\s+|=", line.split(" # ")[0].split(" | ")[0])
        if not name.isalpha() or not name.islower():  # "ovos COMMAND"
            continue
        assert name in known, f"{page.name}: {line}"
        options = {word for word in words if re.fullmatch(r"-[a-zA-Z]|--[a-z][a-z-]*", word)}
        assert options <= known[name], f"{page.name}: {line}"
