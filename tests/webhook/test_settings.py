"""Settings: environment over file, every mistake named, no secret printed."""

import json

import pytest

from tests.conftest import SECRET
from webhook.parts import assemble
from webhook.settings import BadSettings, load

WECHAT = {"platform": "wechat", "token": "AAAAA", "app_id": "wx1", "app_secret": "s"}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "CHANNELS", "CONFIG", "REDIS_URL"):
        monkeypatch.delenv(f"ASKSCIENCE_{name}", raising=False)


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    """One deployment's file, another machine's variable."""
    file = tmp_path / "askscience.toml"
    file.write_text(
        'public_url = "https://a.example"\nretention_words = 7\n[channels.gzh]\n'
        'platform = "wechat"\ntoken = "t"\napp_id = "a"\napp_secret = "s"\n'
    )
    monkeypatch.setenv("ASKSCIENCE_CONFIG", str(file))
    monkeypatch.setenv("ASKSCIENCE_PUBLIC_URL", "https://b.example/")

    settings = load()

    assert settings.public_url == "https://b.example"
    assert settings.retention_words == 7
    assert settings.channels["gzh"].options()["token"] == "t"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("RETENTION_WORDS", "viele", "RETENTION_WORDS"),
        ("PUBLIC_URL", "javascript:alert(1)", "PUBLIC_URL"),
        ("REDIS_URL", "foo", "REDIS_URL"),
        ("CHANNELS", json.dumps({"gzh": {**WECHAT, "region": "成都"}}), "六位"),
        ("CHANNELS", "{", "读不懂"),
        ("CHANNELS", json.dumps({"gzh": {"platform": "other"}}), "other"),
        ("CHANNELS", json.dumps({"webchat": WECHAT}), "webchat"),
        ("CHANNELS", json.dumps({"Gzh/..": WECHAT}), "渠道名"),
        ("CHANNELS", json.dumps({"gzh": {**WECHAT, "token": ""}}), "gzh 的 token"),
        ("CHANNELS", json.dumps({"gzh": {**WECHAT, "app_secret": " "}}), "gzh 的 app_secret"),
        ("CHANNELS", json.dumps({"gzh": {**WECHAT, "aes_key": ""}}), "gzh 的 aes_key"),
        ("CHANNELS", json.dumps({"gzh": {**WECHAT, "tocken": "x"}}), "tocken"),
        ("CONFIG", "/no/such/file.toml", "不存在"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch, name, value, words):
    """Whoever starts the service reads which setting, and what to write."""
    monkeypatch.setenv(f"ASKSCIENCE_{name}", value)

    with pytest.raises(BadSettings, match=words):
        load()


@pytest.mark.parametrize("secret", ["", "short", "a" * 50])
def test_a_missing_or_weak_secret_is_refused(secret):
    """Serve does not start on a secret that can be guessed."""
    with pytest.raises(BadSettings, match="ASKSCIENCE_SECRET_KEY"):
        load(secret_key=secret).with_secret(make=False)


def test_run_makes_a_secret_once_and_keeps_it(tmp_path):
    """The embedded default needs no setting; the file is its owner's alone."""
    first = load().with_secret(make=True).secret_key

    assert load().with_secret(make=True).secret_key == first
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("left", [b"", b"\xff\xfe", b" \n"])
def test_a_secret_file_without_a_secret_is_named(tmp_path, left):
    """A file that a crash or a slip left empty: which file, and what to do."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret-key").write_bytes(left)

    with pytest.raises(BadSettings, match="secret-key"):
        load().with_secret(make=True)


def test_no_secret_is_printed():
    """Settings in a traceback or a log show no secret."""
    settings = load(secret_key=SECRET, channels={"gzh": {**WECHAT, "token": "hidden-word"}})

    assert SECRET not in repr(settings)
    assert "hidden-word" not in repr(settings)


def test_a_bad_channel_key_is_named(voice):
    """An AES key of the wrong length stops the start, with the channel's name."""
    settings = load(secret_key=SECRET, channels={"gzh": {**WECHAT, "aes_key": "short"}})

    with pytest.raises(ValueError, match="gzh"):
        assemble(settings, voice=voice)


def test_an_address_that_was_not_given_is_left_to_run(monkeypatch):
    """`run --port` writes its own address into links; one that was given stays."""
    monkeypatch.delenv("ASKSCIENCE_PUBLIC_URL", raising=False)
    assert "public_url" not in load().model_fields_set

    monkeypatch.setenv("ASKSCIENCE_PUBLIC_URL", "https://ask.example.org/")
    assert load().public_url == "https://ask.example.org"
    assert "public_url" in load().model_fields_set
