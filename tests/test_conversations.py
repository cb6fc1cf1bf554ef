"""Conversations: whole talks in residents' words, on the shipped content, through every door."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.conftest import SECRET, Clock
from tests.conversations.doors import TOKEN, Door, Engine, Heard, WebChatPage, WeChatAccount
from tests.conversations.scene import Scene, Shipped
from webhook.parts import assemble, load_shipped
from webhook.settings import ChannelSettings, DeskSettings, Settings
from webhook.voice import Voice

FOLDER = Path(__file__).parent / "conversations"
CUT = re.compile("\n(?:全文：\\S+|…)\\Z")  # how a reply ends that WeChat has no room for
TELLING = 4  # characters that a phrase is known by
DESK = DeskSettings(name="青羊科普驿站", phone="028-86111111", hours="周一到周五 9 点到 17 点")
WECHAT = {"platform": "wechat", "token": TOKEN, "app_id": "wx1", "app_secret": "s"}
DOORS = {"engine": Engine, "webchat": WebChatPage, "wechat": WeChatAccount}

# What residents meet of phrases.yaml in no conversation here, and why.
ELSEWHERE = {
    **dict.fromkeys(
        ("page_empty", "page_settled", "page_yes", "page_no", "page_reopened"), "the receipt's page"
    ),
    "page_open": "the receipt's page",
    "added_full": "twenty details; tests/webhook/test_asked.py",
    "records_away": "only while the database is away: tests/bot and tests/faults",
    "person_unrecorded": "only while the database is away",
    "unmet_unrecorded": "only while the database is away",
    "topic_empty": "every topic of the shipped content has answers",
    "popular_none": "the shipped content has answers",
    "verdict_true": "no entry of the shipped content says so",
    "state_assigned": "a state that no demand can have today",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A message and what its reply keeps to; answers.yaml explains every key to volunteers."""

    say: str = ""
    kind: str = "text"
    by: str = "甲"
    after: str = ""
    times: int = 1
    again: bool = False
    outcome: str = ""
    entry: str = ""
    has: Sequence[str] = ()
    has_not: Sequence[str] = ()
    phrase: str | Sequence[str] = ()
    options: int | None = None
    receipt: bool | None = None
    askers: int | None = None
    person: bool | None = None
    demand: Sequence[str] = ()
    demand_not: Sequence[str] = ()
    added: Sequence[str] = ()

    @property
    def phrases(self) -> Sequence[str]:
        return [self.phrase] if isinstance(self.phrase, str) else self.phrase

    @property
    def looks_at_demand(self) -> bool:
        told = (self.askers, self.person, self.demand or None, self.demand_not or None)
        return any(one is not None for one in (*told, self.added or None))


@dataclass(frozen=True, slots=True)
class Conversation:
    name: str
    turns: Sequence[Turn]
    through: Sequence[str] = ()
    desk: bool = False
    region: str = ""
    valkey: bool = False


def conversations() -> Iterator[Conversation]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for values in yaml.safe_load(path.read_text(encoding="utf-8")):
            turns = [Turn(**turn) for turn in values.pop("turns")]
            yield Conversation(turns=turns, **values)


ALL = list(conversations())
CASES = [
    pytest.param(
        one, door, id=f"{one.name}·{door}", marks=[pytest.mark.redis] if one.valkey else []
    )
    for one in ALL
    for door in ("engine", *one.through)
]


@pytest.fixture(scope="session")
def shipped_file(voice: Voice, tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """The shipped content in a file, and on a shelf: slow to make, so made once."""
    path = tmp_path_factory.mktemp("shipped") / "shipped.db"
    url = f"sqlite:///{path}"
    parts = assemble(Settings(database_url=url, secret_key=SECRET), voice=voice, clock=Clock())
    parts.database.upgrade()
    load_shipped(parts.entries, parts.vectors, parts.conversation.language)
    parts.library.refresh()
    while parts.library.shelf.missing:
        parts.library.fill()  # as the service does behind people, while content is being written
    parts.database.close()
    return Shipped(path, {"": parts.library.shelf})


@pytest.fixture
def scene(
    request: pytest.FixtureRequest,
    conversation: Conversation,
    door: str,
    shipped_file: Shipped,
    voice: Voice,
) -> Iterator[Scene]:
    region = {"region": conversation.region} if conversation.region else {}
    settings = Settings(
        database_url=f"sqlite:///{shipped_file.path.with_name('talk.db')}",
        redis_url=request.getfixturevalue("valkey_server") if conversation.valkey else None,
        secret_key=SECRET,
        public_url="https://ask.example.org",
        desk=DESK if conversation.desk else None,
        channels={"gzh": ChannelSettings(**WECHAT, **region)},
    )
    opened: Door = DOORS[door](**(region if door == "engine" else {}))
    scene = Scene(shipped_file, voice, settings, opened)
    scene.start(shipped_file.app_for(settings, voice))
    yield scene
    scene.close()


@pytest.mark.parametrize(("conversation", "door"), CASES)
def test_a_conversation_goes_as_it_is_written(
    conversation: Conversation, door: str, scene: Scene
) -> None:
    """Every reply keeps to what a volunteer wrote down for it, whatever door it comes in by."""
    for at, turn in enumerate(conversation.turns, 1):
        heard = played(turn, scene)
        said = (
            f"{conversation.name}，第 {at} 句 {turn.say!r}，从 {door} 进来，回的是：\n{heard.text}"
        )
        assert not wrong(turn, heard, scene), f"{wrong(turn, heard, scene)}\n{said}"


def played(turn: Turn, scene: Scene) -> Heard:
    if turn.after:
        scene.happens(turn.after)
    for _ in range(turn.times):
        heard = scene.hear(turn.by, turn.kind, turn.say)
    if turn.again:
        assert scene.hear(turn.by, turn.kind, turn.say, again=True) == heard
    return heard


def wrong(turn: Turn, heard: Heard, scene: Scene) -> list[str]:
    """Return everything about a reply that is not as written."""
    return [*_wrong_words(turn, heard, scene), *_wrong_shape(turn, heard), *_not_kept(turn, scene)]


def _wrong_words(turn: Turn, heard: Heard, scene: Scene) -> Iterator[str]:
    fixed = [telling(scene.voice.wording.phrases.sentences[name]) for name in turn.phrases]
    cut = CUT.search(heard.text) is not None and heard.outcome is None
    for words in [*turn.has[:1], *fixed[:1]] if cut else [*turn.has, *fixed]:
        if words not in heard.text:
            yield f"没有“{words}”"
    for words in turn.has_not:
        if words in heard.text:
            yield f"不该有“{words}”"


def _wrong_shape(turn: Turn, heard: Heard) -> Iterator[str]:
    """Compare what is no text; a platform that does not show something has None there."""
    for name in ("outcome", "entry", "options"):
        wanted, got = getattr(turn, name), getattr(heard, name)
        if wanted not in ("", None) and got not in (wanted, None):
            yield f"{name} 是 {got!r}，不是 {wanted!r}"
    if turn.receipt is not None and bool(heard.receipt) is not turn.receipt:
        yield f"回执：{heard.receipt!r}"


def _not_kept(turn: Turn, scene: Scene) -> Iterator[str]:
    """Compare what staff see of the newest question without an answer."""
    if not turn.looks_at_demand:
        return
    newest = scene.newest()
    words = newest.words
    added = "\n".join(detail.words for detail in scene.parts.demands.details(newest.id))
    if turn.askers not in (None, newest.askers):
        yield f"有 {newest.askers} 个人问，不是 {turn.askers} 个"
    if turn.person not in (None, newest.wants_person):
        yield f"注明想找人：{newest.wants_person}"
    yield from (f"需求里没有“{one}”：{words}" for one in turn.demand if one not in words)
    yield from (f"需求里有“{one}”" for one in turn.demand_not if one in words + added)
    yield from (f"补充里没有“{one}”：{added}" for one in turn.added if one not in added)


def telling(sentence: str) -> str:
    """Return what a phrase is known by: how it begins, or its longest piece without a gap."""
    first, *rest = (piece.strip() for piece in re.split("\\{[a-z_]+\\}", sentence))
    return first if len(first) >= TELLING else max((first, *rest), key=len)


def test_there_are_enough_of_them_through_every_door() -> None:
    """The set stays what it is: many talks, many of them over real channels, each named once."""
    both = [one for one in ALL if {"webchat", "wechat"} <= set(one.through)]

    assert len({one.name for one in ALL}) == len(ALL) >= 60
    assert len(both) >= 12


def test_every_phrase_is_met(voice: Voice) -> None:
    """Every sentence that residents can meet is met in a talk, or stands above with its reason."""
    met = {name for one in ALL for turn in one.turns for name in turn.phrases}
    names = set(voice.wording.phrases.sentences)

    assert names - met == set(ELSEWHERE)
    assert met <= names
