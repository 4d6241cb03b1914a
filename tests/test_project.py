"""What the index, and those who cite, are told: one name and version everywhere, and whole addresses."""

import re
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

import minitensor

ROOT = Path(minitensor.__file__).parents[1]
if not (ROOT / "pyproject.toml").is_file():
    pytest.skip("minitensor is installed without its pyproject.toml", allow_module_level=True)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def absolute(monkeypatch):
    """The function of `.ci/readme.py`, which runs where the package is built; Hatchling need not be here."""
    hatchling = ModuleType("hatchling.metadata.plugin.interface")
    hatchling.MetadataHookInterface = object
    monkeypatch.setitem(sys.modules, hatchling.__name__, hatchling)
    for parent in ("hatchling", "hatchling.metadata", "hatchling.metadata.plugin"):
        monkeypatch.setitem(sys.modules, parent, ModuleType(parent))
    spec = spec_from_file_location("readme", ROOT / ".ci" / "readme.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.absolute


def test_the_readme_of_the_index_has_whole_addresses(absolute):
    source, written = PROJECT["urls"]["Source"], (ROOT / "README.md").read_text(encoding="utf-8")
    text = absolute(ROOT, source)
    files = re.findall(r"\]\(((?:docs|lessons)/[^)]*|[A-Z]+\.md)\)", written)
    assert len(files) > 15
    for each in files:
        assert (ROOT / each).is_file()
        kind = "raw" if each.startswith("docs/images/") else "blob"
        assert f"]({source}/{kind}/HEAD/{each})" in text
    assert text.replace(f"{source}/raw/HEAD/", "").replace(f"{source}/blob/HEAD/", "") == written


def test_links_become_whole_addresses(absolute, tmp_path):
    for name in ("b.md", "b.png"):
        (tmp_path / name).touch()
    text = "[a](b.md) ![a](b.png) [![a](b.png)](b.md) [a](https://b.c) [a](#b) kernel[4](x, b) kernel[4](x)"
    (tmp_path / "README.md").write_text(text)
    assert absolute(tmp_path, "S") == (
        "[a](S/blob/HEAD/b.md) ![a](S/raw/HEAD/b.png) [![a](S/raw/HEAD/b.png)](S/blob/HEAD/b.md) "
        "[a](https://b.c) [a](#b) kernel[4](x, b) kernel[4](x)"
    )


def test_name_version_and_licence_are_the_same_everywhere():
    cited = dict(
        line.split(": ", 1)
        for line in (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
        if re.match(r"[a-z-]+: ", line)
    )
    assert PROJECT["name"] == "minitensor-lessons"
    assert cited["title"] == "minitensor"
    assert cited["version"] == PROJECT["version"] == minitensor.__version__
    assert cited["license"] == PROJECT["license"]
