"""Files that an edit or a copy broke: named on the command line, answered around where possible."""

import shutil

import pytest

from webhook import parts, voice
from webhook.voice import LEXICON


@pytest.mark.parametrize("name", ["dialect.yaml", "synonyms.yaml", "contrasts.yaml"])
def test_a_lexicon_broken_by_an_edit_is_named(askscience, tmp_path, monkeypatch, name):
    """Whoever edited it reads which file it is, and no traceback."""
    shutil.copytree(LEXICON, tmp_path / "lexicon")
    (tmp_path / "lexicon" / name).write_text("groups: 1", encoding="utf-8")
    monkeypatch.setattr(voice, "LEXICON", tmp_path / "lexicon")

    done = askscience("ask", "地震来了怎么办")

    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe", b"other-model 386\n"])
def test_without_the_shipped_vectors_words_answer(askscience, tmp_path, monkeypatch, broken):
    """A file that was cut or belongs to another encoder costs no answer."""
    (tmp_path / "vectors.bin").write_bytes(broken)
    monkeypatch.setattr(parts, "SHIPPED_VECTORS", tmp_path / "vectors.bin")

    done = askscience("ask", "冒充公检法的骗子怎么认")

    assert done.returncode == 0
    assert "96110" in done.stdout
