"""The bench measures what it says: known figures, peers that find, bases that repeat."""

import gzip
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from bench import matching, measures, report
from bench.measures import Asked, Run
from bench.peers import ENCODER, peers
from bench.scale import base_of

ROOT = Path(__file__).parent.parent
BASE = [
    ("medicine", ["过期药怎么扔", "吃剩的药丢哪里"]),
    ("battery", ["废电池是什么垃圾", "旧电池丢哪里"]),
    ("police", ["自称警察打电话让我转账"]),
]
IN_BENCH_EXTRA = {"bm25s words"}  # the tests do not install it

RIGHT_SURE = Asked(frozenset({"a"}), [("a", 0.9), ("b", 0.2)], "x")
RIGHT_SECOND = Asked(frozenset({"a"}), [("b", 0.8), ("a", 0.7)], "x")
NOT_FOUND = Asked(frozenset({"a"}), [("b", 0.4)], "y")
REFUSED = Asked(frozenset(), [("b", 0.4)], "y")
NOTHING = Asked(frozenset(), [], "y")
ASKED = [RIGHT_SURE, RIGHT_SECOND, NOT_FOUND, REFUSED, NOTHING]


@pytest.mark.parametrize(
    ("above", "below", "value"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([2, 2], [2], 0.5),
        ([1, 3], [2, 3], 0.375),
        ([0.5], [-math.inf], 1.0),
    ],
)
def test_auc_counts_pairs_and_halves_ties(above, below, value):
    assert measures.auc(above, below) == value


def test_auc_without_one_side_is_no_number():
    assert math.isnan(measures.auc([1.0], []))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recall@1", 1 / 3),  # of the three answerable ones
        ("recall@5", 2 / 3),
        ("MRR@10", (1 + 1 / 2 + 0) / 3),
        ("sure-AUC", 1.0),
        ("abstain-AUC", (2 + 2 + 1.5) / 6),  # the tie of .4 counts a half
        ("wrong at 80%", 3 / 4),  # all but the one with nothing to say
    ],
)
def test_each_measure_of_a_small_set(name, value):
    assert measures.MEASURES[name](ASKED) == pytest.approx(value)


def test_a_question_without_any_entry_found_is_not_answered_wrongly():
    assert measures.wrong_at_coverage([RIGHT_SURE, NOTHING], coverage=1.0) == 0


def test_trade_goes_from_no_answer_to_every_answer():
    """Equal scores begin to be answered together."""
    points = measures.trade(ASKED)

    assert points[0] == (1.0, 0.0)
    assert points[1:] == [
        pytest.approx((2 / 3, 0)),
        pytest.approx((2 / 3, 1 / 5)),
        pytest.approx((2 / 3, 3 / 5)),
    ]


def test_margin_is_paired():
    """The same run twice differs in no resample; a better one is above in nearly all."""
    recall = measures.MEASURES["recall@1"]
    even = [RIGHT_SURE, NOT_FOUND] * 30
    better = [RIGHT_SURE, RIGHT_SURE, RIGHT_SURE, NOT_FOUND] * 15

    assert measures.margin(recall, even, even) == measures.Margin(0.0, 0.0, 0.0)
    found = measures.margin(recall, better, even)
    assert found.difference == pytest.approx(0.25)
    assert 0.1 < found.low < 0.25 < found.high < 0.4
    assert measures.margin(recall, better, even) == found


@pytest.mark.parametrize("name", sorted(set(peers(Path())) - IN_BENCH_EXTRA))
def test_a_peer_finds_the_right_entry_first(name, tmp_path):
    """Every peer gives each entry once, the best first, and takes any text."""
    ask = peers(tmp_path)[name](BASE)

    found = ask("过期药往哪里扔")
    assert found[0][0] == "medicine"
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert len({entry_id for entry_id, _ in found}) == len(found)
    for odd in ("", '" OR *', "\0\ud800", "？" * 300):
        assert len(ask(odd)) <= len(BASE)


def test_rapidfuzz_finds_the_same_first_when_only_one_is_wanted(tmp_path):
    ask, ask_one = (peers(tmp_path, n)["rapidfuzz ratio"](BASE) for n in (10, 1))

    assert ask_one("旧电池丢哪里") == ask("旧电池丢哪里")[:1] == [("battery", 100.0)]


def test_vectors_are_encoded_once(tmp_path):
    """A second base takes what it shares with the first from the file, and adds the rest."""
    build = peers(tmp_path)[ENCODER]
    build(BASE[:2])
    before = (tmp_path / "vectors.npz").stat()
    build(BASE[:1])
    assert (tmp_path / "vectors.npz").stat() == before

    assert build(BASE)("自称警察打电话让我转账")[0] == ("police", pytest.approx(1.0))
    assert (tmp_path / "vectors.npz").stat().st_size > before.st_size


@pytest.mark.parametrize("name", [matching.OURS, matching.BY_WORDS])
def test_ours_finds_the_right_entry_first(name, tmp_path):
    ask = matching.matchers([], tmp_path)[name](BASE)

    assert ask("过期药往哪里扔")[0][0] == "medicine"


def test_without_meaning_nothing_needs_the_encoder():
    names = list(matching.matchers([matching.MEANING], Path()))

    assert names[0] == matching.BY_WORDS
    assert not {matching.OURS, ENCODER} & set(names)


def test_a_set_is_read_in_its_own_format(tmp_path):
    lines = [
        {"type": "kb", "id": "k1", "q": "过期药怎么扔", "tier": "1k"},
        {"type": "query", "id": "q1", "q": "药", "match": ["k1"], "must_abstain": False},
        {"type": "query", "id": "q2", "q": "饭", "match": [], "must_abstain": True, "domain": "d"},
    ]
    path = tmp_path / "set.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))

    faq = matching.read_faq(path)

    assert faq.base == [("k1", ["过期药怎么扔"])]
    assert [(q.text, q.right, q.domain) for q in faq.questions] == [
        ("药", {"k1"}, ""),
        ("饭", frozenset(), "d"),
    ]


def test_the_questions_of_the_tests_are_a_set():
    faq = matching.shipped_faq()
    known = {entry_id for entry_id, _ in faq.base}

    assert all(question.right <= known for question in faq.questions)
    assert any(not question.right for question in faq.questions)


def test_the_report_compares_runs_side_by_side(capsys):
    """A row for each, a margin for each peer, a part for each domain."""
    runs = [
        Run("ours", ASKED, 1.0, [0.001] * 5),
        Run("rapidfuzz ratio", [*ASKED[1:3] * 2, NOTHING], 1.0, [0.004] * 5),
    ]

    report.Report().add_set("a set", 7, runs)

    printed = capsys.readouterr().out
    assert "## a set: 5 questions (2 to refuse) of 7 phrasings" in printed
    ours = next(line for line in printed.splitlines() if line.startswith("| ours  "))
    assert [cell.strip() for cell in ours.split("|")][-3:-1] == ["4", "–"]
    assert "### x: 2 questions" in printed
    assert "### y: 3 questions" in printed


def test_a_base_of_any_size_is_real_first_distinct_and_the_same_again():
    real = [(f"e{n}", [f"{n}怎么办{n}", f"{n}在哪里{n}"]) for n in range(20)]

    base = base_of(real, 300)
    ways = [way for _, some in base for way in some]

    assert base[:20] == real
    assert len(ways) == len(set(ways)) == 300
    assert max(len(some) for _, some in base) == 10
    assert base_of(real, 300) == base
    assert [way for _, some in base_of(real, 100) for way in some] == ways[:100]
    assert sum(len(some) for _, some in base_of(real, 15)) == 15


def test_too_few_phrasings_do_not_make_a_large_base():
    with pytest.raises(ValueError, match="too few"):
        base_of(BASE, 100)


def test_a_matcher_is_timed_in_a_process_of_its_own(tmp_path):
    this = ["-m", "bench.scale", "--size", "50", "--of", "rapidfuzz ratio", "--cache", tmp_path]
    done = subprocess.run([sys.executable, *this], cwd=ROOT, check=True, stdout=subprocess.PIPE)

    timed = measures.Timed(**json.loads(done.stdout))

    assert (timed.name, timed.size, timed.asked) == ("rapidfuzz ratio", 50, 500)
    assert 0 < timed.p50_ms <= timed.p99_ms
    assert timed.per_s > 0
    assert timed.per_s_two > 0
    assert timed.rss_mb > 10
