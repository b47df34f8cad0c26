"""The digest of a rule's code covers what the rule executes, and nothing that does not matter."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import auva
from auva import digest

SOURCE = Path(auva.__file__).parent
FETCHING = {"fetch_dpm_model", "fetch_digits", "fetch_landmarker"}
"""Their outputs are protected and known by their SHA-256: no code can change them."""


@pytest.fixture
def package(tmp_path: Path, monkeypatch):
    """A package laid out like auva: a imports p.b inside a function, c stands alone."""
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "a.py").write_text("def f():\n    from auva.p.b import g\n    return g()\n")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/__init__.py").write_text("import auva.q\n")
    (tmp_path / "q.py").write_text("X = 1\n")
    (tmp_path / "p/b.py").write_text('"""Doc."""\n\n\ndef g():\n    return 1\n')
    (tmp_path / "c.py").write_text("X = 1\n")
    (tmp_path / "facts.json").write_text("{}")
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow/rule.py").write_text("from auva import a\na.f()\n")
    monkeypatch.setattr(digest, "_ROOT", tmp_path)

    def forget() -> None:
        for cached in (digest._source, digest._module_files, digest._data_in):
            cached.cache_clear()

    def read() -> str:
        forget()
        return digest.code_digest(tmp_path / "workflow/rule.py")

    yield SimpleNamespace(folder=tmp_path, digest=read)
    forget()


@pytest.mark.parametrize(
    ("file", "text", "changes"),
    [
        ("p/b.py", '"""Doc."""\n\n\ndef g():\n    return 2\n', True),
        (
            "p/b.py",
            '"""Other doc."""\n\n\ndef g():\n    """Say one."""\n    return 1  # one\n',
            False,
        ),
        ("p/__init__.py", "import auva.q\n\nX = 1\n", True),
        ("__init__.py", "X = 1\n", True),
        ("q.py", "X = 2\n", True),
        ("q.py", "X = 1\nif TYPE_CHECKING:\n    from auva import c\n", False),
        ("c.py", "X = 2\n", False),
        ("facts.json", '{"margin": 1}', True),
        ("workflow/rule.py", "from auva import a  # the rule\na.f()\n", False),
        ("workflow/rule.py", "from auva import a\na.f(1)\n", True),
    ],
)
def test_code_digest_follows_imports_and_ignores_remarks(package, file, text, changes):
    before = package.digest()
    (package.folder / file).write_text(text)
    assert (package.digest() != before) is changes


def test_a_source_that_did_not_change_is_not_parsed_again(package, monkeypatch):
    before = package.digest()
    monkeypatch.setattr(digest.ast, "parse", None)
    assert package.digest() == before


def test_a_damaged_note_of_a_source_is_made_anew(package):
    before = package.digest()
    for note in (package.folder / "__pycache__").glob("*.digest.json"):
        note.write_text("{}")
    assert package.digest() == before


def test_code_digest_needs_no_folder_that_can_be_written(package):
    (package.folder / "__pycache__").write_text("in the way")
    before = package.digest()
    assert package.digest() == before
    assert (package.folder / "__pycache__").is_file()


def scripts(root: Path) -> list[Path]:
    return sorted((root / "workflow/scripts").glob("*.py"))


def test_every_rule_carries_the_digest_of_its_script(root):
    """A rule that inherits its script and its `params` is right as it is."""
    seen = set()
    for file in (root / "workflow/rules").glob("*.smk"):
        for rule in re.split(r"^ *(?:use )?rule\b", file.read_text(), flags=re.MULTILINE)[1:]:
            script = re.search(r"scripts/(\w+)\.py", rule)
            code = re.search(r"code=code_of\(\"(\w+)\"\)", rule)
            if script and script[1] not in FETCHING:
                assert code, script[1]
                assert code[1] == script[1]
                seen.add(code[1])
            elif "params:" in rule and not script:
                assert code, rule
    assert seen == {path.stem for path in scripts(root)} - FETCHING


IMPORTS = """
import json, os, sys

for imports in json.loads(sys.argv[1]):
    exec(imports)  # torch and others once, for all
for name in [name for name in sys.modules if name.partition(".")[0] == "auva"]:
    del sys.modules[name]
for imports in json.loads(sys.argv[1]):
    if child := os.fork():
        assert os.waitpid(child, 0)[1] == 0
        continue
    exec(imports)
    print(*(name for name in sys.modules if name.partition(".")[0] == "auva"), flush=True)
    os._exit(0)
"""
"""Executes the imports of each script in a process of its own; a line lists auva's modules."""


def test_the_digest_covers_what_a_script_imports(root):
    """Each script's own imports, executed; what it imports later is looked at in a real run."""
    imports = [
        "\n".join(
            ast.unparse(node)
            for node in ast.parse(script.read_text()).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        )
        for script in scripts(root)
    ]
    command = [sys.executable, "-c", IMPORTS, json.dumps(imports)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for script, modules in zip(scripts(root), done.stdout.splitlines(), strict=True):
        executed = {sources[-1] for name in modules.split() if (sources := files_of(name))}
        assert executed
        assert executed <= digest.modules_executed(script), script.name


def files_of(module: str) -> list[Path]:
    """Return the source of a module and of its packages, the outermost first."""
    return digest._module_files(module)
