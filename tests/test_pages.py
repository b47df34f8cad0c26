"""The pages for readers: every link of theirs leads somewhere, and every page can be reached."""

import re
from pathlib import Path

import pytest

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ROOT = Path(__file__).parents[1]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "config/README.md",
    *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("docs/**/*.md"))),
]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site make them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: Path) -> list[tuple[Path, str]]:
    """Return the file and the anchor of each link to this repository."""
    found = LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8")))
    parts = (link.partition("#") for link in found if "://" not in link)
    return [((page.parent / file).resolve() if file else page, anchor) for file, _, anchor in parts]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(root, name):
    for file, anchor in links(root / name):
        assert file.exists(), file
        assert not anchor or anchor in anchors(file), f"{file}#{anchor}"


def test_the_index_leads_to_every_page(root):
    index = root / "docs/index.md"
    linked = {file for file, _ in links(index)}
    listed = re.findall(r"^[\w/-]+$", index.read_text().partition("```{toctree}")[2], re.MULTILINE)
    pages = set((root / "docs").rglob("*.md")) - {index}
    assert linked == pages
    assert {root / f"docs/{name}.md" for name in listed} == pages


def test_pages_that_the_code_and_the_settings_name_exist(root):
    files = [*(root / "src").rglob("*.py"), *(root / "workflow").rglob("*.*")]
    files += [*(root / "config").glob("*.yaml"), *(root / "profiles").rglob("*.yaml")]
    named = {
        (name, file)
        for file in files
        if file.suffix in {".py", ".smk", ".yaml", ".rst"}
        for name in re.findall(r"\bdocs/[\w/-]+\.md\b", file.read_text(encoding="utf-8"))
    }
    assert named
    assert [str(file) for name, file in named if not (root / name).is_file()] == []
