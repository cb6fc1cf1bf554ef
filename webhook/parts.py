"""Parts: what a running service is made of, and the one place where it is put together."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import knowledge
from bot.conversation import Conversation
from bot.library import Library
from bot.state import MemoryState, RedisState, State
from bot.text import Language
from bot.wording import Desk
from knowledge.database import Database
from knowledge.demands.askers import Askers
from knowledge.demands.log import DemandLog
from knowledge.demands.receipts import Receipts
from knowledge.entries.feedback import Feedback
from knowledge.entries.files import vectors as shipped_vectors
from knowledge.entries.files.check import read_folder
from knowledge.entries.review import Review
from knowledge.entries.store import EntryStore
from knowledge.entries.vectors import VectorStore
from knowledge.people import People
from knowledge.record import Record
from knowledge.residents.homes import Homes
from knowledge.residents.keys import keyed_hash, subkey
from knowledge.residents.ledger import Ledger
from knowledge.residents.privacy import Retention
from knowledge.rights import Rights
from webhook.channels import Channel
from webhook.channels.webchat import WebChat
from webhook.channels.wechat import Account, WeChat
from webhook.deadline import Deadline
from webhook.inbox import Inbox
from webhook.limits import Limits
from webhook.records import ResidentRecords
from webhook.settings import ChannelSettings, Settings
from webhook.voice import Voice, converse

log = logging.getLogger(__name__)

CONTENT = Path(knowledge.__file__).parent / "content"
SHIPPED_VECTORS = Path(knowledge.__file__).parent / "vectors.bin"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a running service is made of."""

    settings: Settings
    database: Database
    entries: EntryStore
    vectors: VectorStore
    review: Review
    demands: DemandLog
    askers: Askers
    feedback: Feedback
    rights: Rights
    people: People
    ledger: Ledger
    retention: Retention
    receipts: Receipts
    state: State
    limits: Limits
    library: Library
    conversation: Conversation
    inbox: Inbox
    channels: dict[str, Channel]


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
    voice = replace(voice, wording=replace(voice.wording, desk=_desk(settings)))
    database = Database(settings.database_url)
    state: State = RedisState(settings.redis_url) if settings.redis_url else MemoryState()
    entries, vectors = EntryStore(database, clock), VectorStore(database, clock)
    ledger, deadline = Ledger(database), Deadline()
    receipts = Receipts(subkey(settings.secret_key, "receipts"))
    askers = Askers(database, receipts, clock)
    limits = _limits(settings, state)
    days = (settings.retention_words, settings.retention_rows)
    conversation = converse(
        voice,
        entries,
        state,
        records=ResidentRecords(askers, Homes(database), ledger, deadline, clock, days),
        vectors=vectors,
    )
    record = Record(database, receipts)
    inbox = Inbox(conversation, ledger, record, receipts, limits, deadline, clock)
    return Parts(
        settings=settings,
        database=database,
        entries=entries,
        vectors=vectors,
        review=Review(database, clock),
        demands=DemandLog(database, clock),
        askers=askers,
        feedback=Feedback(database, clock),
        rights=Rights(database, receipts, clock),
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
        limits=limits,
        library=conversation.library,
        conversation=conversation,
        inbox=inbox,
        channels=_channels(settings, clock, limits, conversation),
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


def _desk(settings: Settings) -> Desk | None:
    desk = settings.desk
    return Desk(desk.name, desk.phone, desk.hours) if desk else None


def _limits(settings: Settings, state: State) -> Limits:
    key = subkey(settings.secret_key, "addresses")
    return Limits(
        state,
        lambda address: keyed_hash(key, address),
        of_resident=settings.limit_resident,
        of_address=settings.limit_address,
    )


def _channels(
    settings: Settings, clock: Callable[[], datetime], limits: Limits, conversation: Conversation
) -> dict[str, Channel]:
    key = subkey(settings.secret_key, "pseudonyms")

    def pseudonym_for(name: str) -> Callable[[str], str]:
        return lambda address: keyed_hash(key, name, address)

    web = WebChat(pseudonym_for("webchat"), limits.origin, conversation)
    channels: dict[str, Channel] = {web.name: web}
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
