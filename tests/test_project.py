"""The project itself: what the documents say is what there is."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from webhook.settings import Settings

ROOT = Path(__file__).parent.parent
VENDOR = ROOT / "webhook" / "static" / "vendor"


def text(*names):
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name):
    """docs/operating.md lists each setting with its default."""
    rows = [
        r for r in text("docs/operating.md").splitlines() if f"`ASKSCIENCE_{name.upper()}`" in r
    ]
    default = Settings.model_fields[name].get_default(call_default_factory=True)

    assert rows
    if default:
        assert any(str(default) in row for row in rows)


def test_no_setting_is_documented_that_is_not_there():
    """A setting that is gone is gone from the documents too."""
    known = {f"ASKSCIENCE_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"ASKSCIENCE_[A-Z_]+[A-Z]", text("docs/operating.md", "README.md")))

    assert named <= known | {"ASKSCIENCE_CONFIG"}


@pytest.mark.parametrize("target", re.findall(r"(?m)^([a-z]+):.*## ", text("Makefile")))
def test_every_make_target_is_documented(target):
    """Each target that `make help` lists is in the documents."""
    assert f"make {target}" in text("docs/operating.md", "README.md")


def test_vendored_files_are_what_their_makers_published():
    """Each vendored file has its licence, its version and an unchanged content."""
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}

    assert set(manifest) <= present
    for name, said in manifest.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == said["sha256"], name
        assert {"name", "version", "licence"} <= set(said)
    for folder in {path.split("/")[0] for path in present if "/" in path}:
        assert any("LICENSE" in path for path in present if path.startswith(folder)), folder


def test_locks_name_no_index_and_pin_every_hash():
    """An installation takes what was tested, from wherever its own index is."""
    for path in (ROOT / "requirements").glob("*.txt"):
        lines = path.read_text(encoding="utf-8")
        assert "http" not in lines
        assert len(re.findall(r"(?m)^[a-z0-9-]+==", lines)) <= lines.count("--hash=sha256:")


def test_no_file_is_longer_than_a_room_should_be():
    """A file stays under 300 lines; when it does not, the room is redrawn."""
    long = {
        str(path.relative_to(ROOT)): count
        for package in ("bot", "knowledge", "webhook")
        for path in (ROOT / package).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }

    assert long == {}
