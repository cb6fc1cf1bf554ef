"""Parts: what a running service is made of, and the one place where it is put together."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bot
import knowledge
from bot import nearness
from bot.commands import Phrases
from bot.conversation import Conversation
from bot.finding import Finder
from bot.items import Asking
from bot.lexicon import Lexicon
from bot.library import Library, Published
from bot.meaning import Vectors
from bot.model import Model
from bot.nearness import Sense
from bot.shelf import Mind, Shelves
from bot.state import MemoryState, RedisState, State
from bot.text import Language
from bot.urgent import Urgent
from bot.urgent import load as load_urgent
from bot.wording import Wording
from knowledge.database import Database
from knowledge.demands.log import DemandLog
from knowledge.demands.receipts import Receipts
from knowledge.entries.files import hotlines
from knowledge.entries.files import vectors as shipped_vectors
from knowledge.entries.files.check import read_folder
from knowledge.entries.review import Review
from knowledge.entries.store import EntryStore
from knowledge.entries.vectors import VectorStore
from knowledge.people import People
from knowledge.record import Record
from knowledge.residents.keys import keyed_hash, subkey
from knowledge.residents.ledger import Ledger
from knowledge.residents.privacy import Retention, mask
from webhook.channels import Channel
from webhook.channels.webchat import WebChat
from webhook.channels.wechat import Account, WeChat
from webhook.deadline import Deadline
from webhook.inbox import Inbox
from webhook.settings import ChannelSettings, Settings

log = logging.getLogger(__name__)

LEXICON = Path(knowledge.__file__).parent / "lexicon"
CONTENT = Path(knowledge.__file__).parent / "content"
SHIPPED_VECTORS = Path(knowledge.__file__).parent / "vectors.bin"
BOT = Path(bot.__file__).parent

DATABASE_LOOK = 1.0  # seconds between looks for a new snapshot, where no word can reach a process
DATABASE_LOOK_SHARED = 10.0  # where Redis carries the word, and the database is only the safety net


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Voice:
    """What answering takes besides content: slow to load, never changed."""

    language: Language
    model: Model
    asking: Asking
    urgent: Urgent
    wording: Wording
    sense: Sense | None
    meaning: str  # a sentence: whether questions are matched by meaning, and if not, why

    @classmethod
    def load(cls, public_url: str, *, meaning: str = "auto") -> "Voice":
        """Read all of it. Raises ValueError with the file that cannot be used and why."""
        sense, state = nearness.load(meaning, BOT / "closeness.npy")
        dialled = frozenset(one.number for one in hotlines.load(LEXICON / "hotlines.yaml"))
        return cls(
            language=Language(Lexicon.load(LEXICON)),
            model=Model.load(BOT / "model.yaml"),
            asking=Asking.load(LEXICON / "items.yaml"),
            urgent=load_urgent(LEXICON / "urgent.yaml"),
            wording=Wording(Phrases.load(BOT / "phrases.yaml"), public_url, dialled),
            sense=sense,
            meaning=state,
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a running service is made of."""

    settings: Settings
    database: Database
    entries: EntryStore
    vectors: VectorStore
    review: Review
    demands: DemandLog
    people: People
    ledger: Ledger
    retention: Retention
    receipts: Receipts
    state: State
    library: Library
    conversation: Conversation
    inbox: Inbox
    channels: dict[str, Channel]


def converse(
    voice: Voice,
    published: Published,
    state: State,
    *,
    vectors: VectorStore | None = None,
    without: Iterable[str] = (),
) -> Conversation:
    """Put a conversation together over whatever is published; by words where no vectors are."""
    every = DATABASE_LOOK if isinstance(state, MemoryState) else DATABASE_LOOK_SHARED
    mind = None
    if voice.sense and vectors and "meaning" not in without:
        kept = Vectors(voice.sense.encoder, vectors.find, vectors.keep, vectors.drop_unused)
        mind = Mind(kept, voice.sense.closeness)
    shelves = Shelves(voice.language, voice.model, voice.asking, mind, without=without)
    return Conversation(
        library=Library(published, state, shelves, database_every=every),
        finder=Finder(voice.language),
        language=voice.language,
        urgent=voice.urgent,
        wording=voice.wording,
        state=state,
        mask=mask,
    )


def assemble(
    settings: Settings,
    *,
    voice: Voice | None = None,
    clock: Callable[[], datetime] = now,
) -> Parts:
    """Put the parts of a service together; nothing is started, nothing is read yet.

    The settings need their secret. Raises what Voice.load raises, and ValueError for a channel's
    secret that cannot be used.
    """
    voice = voice or Voice.load(settings.public_url, meaning=settings.meaning)
    database = Database(settings.database_url)
    state: State = RedisState(settings.redis_url) if settings.redis_url else MemoryState()
    entries = EntryStore(database, clock)
    ledger = Ledger(database)
    vectors = VectorStore(database, clock)
    conversation = converse(voice, entries, state, vectors=vectors)
    receipts = Receipts(subkey(settings.secret_key, "receipts"))
    inbox = Inbox(conversation, ledger, Record(database), receipts, state, Deadline(), clock)
    return Parts(
        settings=settings,
        database=database,
        entries=entries,
        vectors=vectors,
        review=Review(database, clock),
        demands=DemandLog(database, clock),
        people=People(database, clock),
        ledger=ledger,
        retention=Retention(
            database,
            clock,
            words=timedelta(days=settings.retention_words),
            rows=timedelta(days=settings.retention_rows),
        ),
        receipts=receipts,
        state=state,
        library=conversation.library,
        conversation=conversation,
        inbox=inbox,
        channels=_channels(settings, clock),
    )


def prepare(parts: Parts) -> int:
    """Bring the tables up to date and load the shipped content into an empty database.

    Returns how many entries were loaded. Raises DatabaseUnreachable.
    """
    parts.database.upgrade()
    if parts.entries.snapshot_number():
        return 0
    return load_shipped(parts.entries, parts.vectors, parts.conversation.language)


def load_shipped(entries: EntryStore, vectors: VectorStore, language: Language) -> int:
    """Load the shipped content with its vectors; return how many entries are new."""
    placed, _ = read_folder(CONTENT, language.normalise)
    bring_shipped_vectors(vectors)
    return len(entries.load([one.entry for one in placed]).published)


def bring_shipped_vectors(vectors: VectorStore) -> None:
    """Keep what the encoder made of the shipped content, so that nobody waits for it."""
    try:
        model, made = shipped_vectors.read(SHIPPED_VECTORS)
    except (OSError, ValueError) as error:
        log.warning("%s 读不了（%s），句向量在后台重新计算", SHIPPED_VECTORS.name, error)
        return
    vectors.bring(model, made)


def _channels(settings: Settings, clock: Callable[[], datetime]) -> dict[str, Channel]:
    key = subkey(settings.secret_key, "pseudonyms")

    def pseudonym_for(name: str) -> Callable[[str], str]:
        return lambda address: keyed_hash(key, name, address)

    channels: dict[str, Channel] = {"webchat": WebChat(pseudonym=pseudonym_for("webchat"))}
    for name, channel in settings.channels.items():
        channels[name] = WeChat(
            name,
            _account(channel),
            pseudonym=pseudonym_for(name),
            now=clock,
            public_url=settings.public_url,
        )
    return channels


def _account(channel: ChannelSettings) -> Account:
    return Account(**{"aes_key": "", **channel.options()})
