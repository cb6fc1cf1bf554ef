"""The command line: what goes in, what comes out, which exit code."""

import json

import pytest

from bot.matching import SWITCHES
from bot.meaning import unpacked
from knowledge.database import Database
from knowledge.entries.choices import Chosen
from knowledge.entries.files import vectors
from knowledge.entries.store import EntryStore
from tests.conftest import a_record, an_entry
from tests.contracts.test_demands import a_turn
from webhook.parts import SHIPPED_VECTORS


def test_a_question_is_answered_as_a_resident_reads_it(askscience, tmp_path):
    """Without a database the shipped content answers, and nothing is left behind."""
    done = askscience("ask", "冒充公检法的骗子怎么认")

    assert done.returncode == 0
    assert "96110" in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_lines_of_json_come_back_in_order(askscience):
    """One line each, the same order; a bad line is named and the run goes on."""
    lines = [
        json.dumps({"id": "a", "question": "冒充公检法的骗子怎么认", "region": "510100"}),
        "no json",
        json.dumps({"id": "b"}),
        json.dumps({"id": "c", "question": "1"}),
        json.dumps({"id": "d", "question": "二手钢琴多少钱"}),
        json.dumps({"id": "e", "question": "\ud800\u0000"}),
        json.dumps({"id": "\ud800", "question": "你好"}),
    ]

    done = askscience("ask", "--jsonl", stdin="\n".join(lines) + "\n")

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [answer.get("id") for answer in answers] == ["a", None, "b", "c", "d", "e", "?"]
    assert set(answers[0]) == {
        "id", "outcome", "entry_id", "topic", "probability", "options", "reply"
    }  # fmt: skip
    assert (answers[0]["outcome"], answers[0]["topic"]) == ("answered", "fraud")
    assert "error" in answers[1]
    assert "error" in answers[2]
    assert answers[3]["outcome"] == "chat"
    assert answers[4]["outcome"] == "unmet"
    assert "回执" not in answers[4]["reply"]
    assert answers[5]["outcome"] == "chat"


def test_match_works_on_any_set(askscience, tmp_path):
    """The matcher alone: ranked ids with probabilities, the figures as stderr's last line."""
    kb = tmp_path / "kb.jsonl"
    kb.write_text(
        '{"id": "k1", "phrasings": ["地震来了怎么办"]}\n{"id": 2, "phrasings": ["狗咬"]}\n'
    )
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"id": "q1", "text": "地震来了怎么办"}\n{"id": "q2", "text": "zzz"}\n')

    done = askscience("match", "--kb", str(kb), "--queries", str(queries), "--without", "meaning")

    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["outcome"], first["ranked"][0]["id"]) == ("answered", "k1")
    assert (second["outcome"], second["ranked"]) == ("unmet", [])
    assert [part.split("=")[0] for part in done.stderr.splitlines()[-1].split()] == [
        "build_s", "p50_ms", "p99_ms", "rss_mb"
    ]  # fmt: skip


def test_every_step_can_be_switched_off(askscience, tmp_path):
    """All at once nothing is left that could find, and none of the known names is refused."""
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1, "text": "狗咬", "phrasings": ["狗咬了怎么办"]}', encoding="utf-8")
    files = ("--kb", str(rows), "--queries", str(rows))
    without = [word for name in SWITCHES for word in ("--without", name)]

    found = askscience("match", *files, *without[:2], *without[4:])
    nothing = askscience("match", *files, *without)

    assert [one["id"] for one in json.loads(found.stdout)["ranked"]] == [1]
    assert json.loads(nothing.stdout)["ranked"] == []


def test_the_setting_turns_meaning_off(askscience, monkeypatch):
    """ASKSCIENCE_MEANING=off answers as `--without meaning` does, and makes no vectors."""
    line = json.dumps({"id": "a", "question": "骨头卡在喉咙头咽不下去"})
    on = askscience("ask", "--jsonl", stdin=line)
    without = askscience("ask", "--jsonl", "--without", "meaning", stdin=line)
    monkeypatch.setenv("ASKSCIENCE_MEANING", "off")
    off = askscience("ask", "--jsonl", stdin=line)
    vectors = askscience("content", "vectors")

    assert (on.returncode, off.returncode, vectors.returncode) == (0, 0, 1)
    assert off.stdout == without.stdout != on.stdout
    assert "ASKSCIENCE_MEANING=off" in vectors.stderr


def test_a_sentence_is_previewed_as_it_is_read(askscience, tmp_path):
    """Step by step what the lexicon makes of it, then what it finds; nothing is left behind."""
    done = askscience("content", "preview", "请问，娃儿遭電打了咋个办？")

    lines = done.stdout.splitlines()
    read = ["请问娃儿遭电打了咋个办", "请问孩子触电了怎么办", "孩子触电了怎么办"]
    assert [line.partition("：")[2] for line in lines[:3]] == read
    assert "触电(" in lines[3]
    assert lines[4].startswith("1. first-aid/electric-shock（")
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])


def test_a_synonym_is_tried_out_before_it_is_written(askscience):
    """It is read so for once, and the phrasings that it would change are listed."""
    done = askscience("content", "preview", "铁包肉冒烟了", "--synonym", "铁包肉=三轮车")
    wide = askscience("content", "preview", "过期药怎么扔", "--synonym", "过期药=旧药品")

    assert "去掉客套话：三轮车冒烟了\n" in done.stdout
    assert "会变" not in done.stdout
    assert "这条问法会变：过期药能吃吗 → 旧药品能吃吗\n" in wide.stdout


def test_vectors_are_made_where_they_are_missing(askscience, monkeypatch, tmp_path):
    """What stands is kept to the byte, what is missing made, what is gone left out."""
    path = tmp_path / "vectors.bin"
    monkeypatch.setattr("webhook.cli.reading.SHIPPED_VECTORS", path)
    model, shipped = vectors.read(SHIPPED_VECTORS)
    vectors.write(path, model, shipped)
    askscience("content", "vectors")  # the shipped file may wait for its next release
    first, *rest = whole = vectors.read(path)[1]
    vectors.write(path, model, {key: whole[key] for key in rest} | {"00" * 32: whole[first]})

    done = askscience("content", "vectors")

    name, made = vectors.read(path)
    assert f"{len(whole)} 句，新算 1 句，写进 vectors.bin" in done.stdout
    assert (unpacked([made[first]]) @ unpacked([whole[first]]).T).item() > 0.99
    assert (name, made | {first: b""}) == (model, whole | {first: b""})


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask"], 2, "--jsonl"),
        (["ask", "x", "--without", "wrods"], 1, "words、sounds、meaning"),
        (["match", "--kb", "k", "--queries", "q", "--without", "x"], 1, "words、sounds、meaning"),
        (["content", "preview", "过期药", "--synonym", "过期药"], 1, "词=标准词"),
        (["nothing"], 2, "usage"),
        (["run", "--port", "99999"], 2, "99999"),
        (["serve", "--workers", "0"], 2, "0"),
        (["ask", "x", "--database", "foo"], 1, "数据库地址"),
        (["ledger", "export", "--since", "0001-01-01T00:00+14:00"], 2, "读不懂"),
        (["match", "--kb", "no.jsonl", "--queries", "no.jsonl"], 1, "打不开"),
        (["content", "check", "no-such-folder"], 1, "no-such-folder"),
        (["db", "check"], 1, "askscience db upgrade"),
        (["ledger", "export", "--since", "gestern"], 2, "读不懂"),
        (["ask", "x", "--database", "sqlite:///no.db"], 1, "askscience db upgrade"),
        (["content", "suggest"], 1, "askscience db upgrade"),
    ],
)
def test_wrong_use_is_a_sentence_and_a_code(askscience, arguments, code, words):
    """2 for wrong usage, 1 for problems found, never a traceback."""
    done = askscience(*arguments)

    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    ["ask", "match", "run", "serve", "worker", "content check", "content load", "content export",
     "content suggest", "content preview", "content vectors", "user add", "user list",
     "user disable", "user reset-password", "db upgrade", "db downgrade", "db check",
     "ledger export", "doctor"],
)  # fmt: skip
def test_every_command_has_help_with_an_example(askscience, command):
    """Nobody has to guess how a command is written."""
    done = askscience(*command.split(), "--help")

    assert done.returncode == 0
    assert f"askscience {command.split()[0]}" in done.stdout.split("例：")[1]


def test_accounts_are_kept_from_the_command_line(askscience):
    """Added, listed, reset, disabled; a taken name and a short password are refused."""
    added = askscience("user", "add", "王芳", "--role", "volunteer", "--role", "staff")
    again = askscience("user", "add", "王芳", "--role", "staff")
    short = askscience("user", "add", "李强", "--role", "staff", "--password-stdin", stdin="x\n")
    disabled = askscience("user", "disable", "王芳")

    assert "密码（只显示这一次）" in added.stdout
    assert (again.returncode, short.returncode, disabled.returncode) == (1, 1, 0)
    assert "王芳\t停用\tstaff、volunteer" in askscience("user", "list").stdout
    assert askscience("user", "reset-password", "nobody").returncode == 1


def test_content_goes_out_and_comes_back_the_same(askscience, tmp_path):
    """Export, check and load again: nothing changed, nothing drafted."""
    loaded = askscience("content", "load")
    exported = askscience("content", "export", "out")
    checked = askscience("content", "check", "out")
    again = askscience("content", "load", "out")

    assert loaded.returncode == exported.returncode == again.returncode == 0
    assert "问题 0 个" in checked.stdout, checked.stdout
    assert "发布 0 条，改动成为待审草稿 0 份" in again.stdout
    assert (tmp_path / "out" / "fraud.yaml").exists()


def test_what_residents_say_is_suggested_and_changes_nothing(askscience, clock):
    """Three who meant the same entry by like words: a volunteer reads what to add, and where."""
    askscience("db", "upgrade")
    nothing = askscience("content", "suggest")
    database = Database("sqlite:///var/askscience.db")
    store = EntryStore(database, clock)
    store.load([an_entry("fraud/fake-police")])
    before = store.snapshot()
    for number, words in enumerate(("穿官衣的喊我打钱", "穿官衣的喊我打钱哦", "穿官衣的喊我打钱")):
        choice = Chosen(words, ("fraud/fake-police",), "fraud/fake-police")
        a_record(database).keep(a_turn(clock, sender=f"居民{number}", choice=choice))

    done = askscience("content", "suggest", "--database", "sqlite:///var/askscience.db")

    assert nothing.returncode == done.returncode == 0
    assert "还没有建议" in nothing.stdout
    assert done.stdout.startswith(
        "fraud/fake-police：3 位居民这样问，选了这一条\n  穿官衣的喊我打钱\n  穿官衣的喊我打钱哦\n"
    )
    assert "什么也没有改" in done.stdout
    assert "控制台" in done.stdout
    assert store.snapshot() == before
    database.close()


def test_broken_content_loads_nothing(askscience, tmp_path):
    """All or nothing: a file with a mistake leaves the published state as it is."""
    (tmp_path / "fraud.yaml").write_text("fraud/x:\n\tquestion: y\n", encoding="utf-8")

    checked = askscience("content", "check", "fraud.yaml")
    loaded = askscience("content", "load", "fraud.yaml")

    assert checked.returncode == loaded.returncode == 1
    assert "fraud.yaml:2" in checked.stdout
    assert "制表符" in checked.stdout
    assert "什么也没有装入" in loaded.stderr


def test_the_doctor_says_what_to_do(askscience):
    """An empty machine: what is fine, what is not, and the command that mends it."""
    sick = askscience("doctor")
    askscience("content", "load")
    better = askscience("doctor")

    assert sick.returncode == 1
    assert "askscience db upgrade" in sick.stdout
    assert "第 1 号快照" in better.stdout
    assert "ASKSCIENCE_SECRET_KEY" in better.stdout


def test_migrations_are_run_from_the_command_line(askscience):
    """Up, down to nothing, and checked."""
    assert "0003" in askscience("db", "upgrade").stdout
    assert askscience("db", "check").returncode == 0
    assert "空" in askscience("db", "downgrade", "base").stdout
