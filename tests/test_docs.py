"""What docs/paper.md and docs/proposals.md name is there: they are maps of the code."""

import re

import pytest

from tests.conftest import ROOT

FOLDERS = ("models", "ovos_cli", "tests", "benchmarks", "recipes")


@pytest.mark.parametrize("page", ["paper.md", "proposals.md"])
def test_files_and_names_of_the_pages_exist(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
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
