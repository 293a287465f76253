"""What the pages name is there: some of them are maps of the code."""

import re
from pathlib import Path

import pytest

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
