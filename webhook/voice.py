"""Voice: what answering takes besides content, and a conversation put together from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import bot
import knowledge
from bot import nearness
from bot.answering import Answering
from bot.commands import Phrases
from bot.conversation import Conversation
from bot.finding import Finder
from bot.items import Asking
from bot.lexicon import Lexicon
from bot.library import Library, Published
from bot.manner import Manners
from bot.meaning import Vectors
from bot.memory import Memory
from bot.model import Model
from bot.nearness import Sense
from bot.personal import Personal
from bot.placing import Placing
from bot.records import NoRecords, Records
from bot.regions import Regions
from bot.shelf import Mind, Shelves
from bot.state import MemoryState, State
from bot.text import Language
from bot.typed import Typed
from bot.urgent import Urgent
from bot.urgent import load as load_urgent
from bot.wording import Helpline, Wording
from knowledge.entries.entry import TOPICS
from knowledge.entries.files import hotlines
from knowledge.entries.vectors import VectorStore
from knowledge.residents.privacy import mask

LEXICON = Path(knowledge.__file__).parent / "lexicon"
BOT = Path(bot.__file__).parent

DATABASE_LOOK = 1.0  # seconds between looks for a new snapshot, where no word can reach a process
DATABASE_LOOK_SHARED = 10.0  # where Redis carries the word, and the database is only the safety net


@dataclass(frozen=True, slots=True)
class Voice:
    """What answering takes besides content: slow to load, never changed."""

    language: Language
    model: Model
    asking: Asking
    urgent: Urgent
    danger_words: Typed
    manners: Manners
    regions: Regions
    wording: Wording
    sense: Sense | None
    meaning: str  # a sentence: whether questions are matched by meaning, and if not, why

    @classmethod
    def load(cls, public_url: str, *, meaning: str = "auto") -> "Voice":
        """Read all of it. Raises ValueError with the file that cannot be used and why."""
        sense, state = nearness.load(meaning, BOT / "closeness.npy")
        table = hotlines.load(LEXICON / "hotlines.yaml")
        phrases = Phrases.load(BOT / "phrases.yaml")
        language = Language(Lexicon.load(LEXICON))
        urgent = load_urgent(LEXICON / "urgent.yaml")
        said = (sentence for rule in urgent.rules for sentence in rule.positive)
        return cls(
            language=language,
            model=Model.load(BOT / "model.yaml"),
            asking=Asking.load(LEXICON / "items.yaml"),
            urgent=urgent,
            danger_words=Typed(map(language.read, said)),
            manners=Manners.load(LEXICON / "manners.yaml"),
            regions=Regions.load(LEXICON / "regions.csv"),
            wording=Wording(
                phrases,
                public_url,
                frozenset(one.number for one in table),
                {topic: _helpline(table, topic) for topic in ("", *TOPICS)},
            ),
            sense=sense,
            meaning=state,
        )


def _helpline(table: list[hotlines.Hotline], topic: str) -> Helpline:
    found = hotlines.nearest(table, topic)
    if found is None:
        raise ValueError(f"hotlines.yaml 里没有 {hotlines.GENERAL}：没有答案的问题要靠它")
    return Helpline(found.number, found.name)


def converse(
    voice: Voice,
    published: Published,
    state: State,
    *,
    records: Records | None = None,
    vectors: VectorStore | None = None,
    without: Iterable[str] = (),
) -> Conversation:
    """Put a conversation together over whatever is published; by words where no vectors are.

    Without `records` nothing is kept of anybody.
    """
    every = DATABASE_LOOK if isinstance(state, MemoryState) else DATABASE_LOOK_SHARED
    mind = None
    if voice.sense and vectors and "meaning" not in without:
        kept = Vectors(voice.sense.encoder, vectors.find, vectors.keep, vectors.drop_unused)
        mind = Mind(kept, voice.sense.closeness)
    shelves = Shelves(voice.language, voice.model, voice.asking, mind, without=without)
    memory = Memory(state)
    known = records or NoRecords()
    places = Placing(known, voice.wording, memory, voice.regions)
    personal = Personal(known, voice.wording, memory, places)
    return Conversation(
        library=Library(published, state, shelves, database_every=every),
        language=voice.language,
        urgent=voice.urgent,
        danger_words=voice.danger_words,
        manners=voice.manners,
        answering=Answering(Finder(voice.language), personal, mask),
        mask=mask,
    )
