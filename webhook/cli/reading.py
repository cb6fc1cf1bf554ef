"""content preview and content vectors: how a sentence is read, what the encoder makes of it all."""

import argparse
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

from bot.lexicon import Lexicon
from bot.meaning import packed
from bot.shelf import Shelves
from bot.text import Language
from knowledge.entries.files import vectors as file
from knowledge.entries.files.check import read_folder
from knowledge.entries.vectors import key_of
from webhook.cli.asking import conversation_over
from webhook.parts import CONTENT, SHIPPED_VECTORS
from webhook.settings import BadSettings, load
from webhook.voice import LEXICON, Voice


def preview(options: argparse.Namespace) -> int:
    """Show how a sentence is read, with synonyms tried out, and which entries it finds."""
    also = dict(map(_pair, options.synonym))
    language = Language(Lexicon.load(LEXICON, also=also))
    tokens = language.read(options.sentence)
    print(f"去掉标点、写法统一：{language.plain(options.sentence)}")
    print(f"换成普通话：{tokens.said}")
    print(f"换成标准的叫法，去掉客套话：{tokens.text}")
    weights = "  ".join(f"{word}({weight:.1f})" for word, weight in tokens.weight.items())
    print(f"分成词（括号里是分量）：{weights}")
    changed = _changed(language, also) if also else []
    for before, after in changed:
        print(f"这条问法会变：{before} → {after}")
    conversation = conversation_over(None, [], language=language)
    shelf = conversation.library.shelf
    found = shelf.matcher.match(tokens)
    for place, one in enumerate(found[:5], 1):
        question = shelf.revision(one.entry_id).entry.question
        print(f"{place}. {one.entry_id}（{question}）把握 {one.probability:.2f}")
    if not found:
        print("没有找到条目")
    return 0


def _changed(language: Language, also: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the shipped phrasings that read otherwise with the synonyms tried out."""
    before = Language(Lexicon.load(LEXICON))
    placed, _ = read_folder(CONTENT, before.normalise)
    ways = [way for one in placed for way in one.entry.asked_as if any(w in way for w in also)]
    both = ((before.normalise(way), language.normalise(way)) for way in ways)
    return [(old, new) for old, new in both if old != new]


def _pair(row: str) -> tuple[str, str]:
    word, _, standard = row.partition("=")
    if not word or not standard:
        raise BadSettings(f"--synonym {row!r} 要写成 词=标准词")
    return word, standard


def vectors(_options: argparse.Namespace) -> int:
    """Bring the file of vectors that the shipped content comes with up to date."""
    voice = Voice.load("", meaning=load().meaning)
    if voice.sense is None:
        print(voice.meaning, file=sys.stderr)
        return 1
    placed, _ = read_folder(CONTENT, voice.language.normalise)
    shelves = Shelves(voice.language, voice.model, voice.asking)
    texts = {key_of(text): text for text in shelves.texts([one.entry for one in placed])}
    encoder = voice.sense.encoder
    path = SHIPPED_VECTORS
    model, kept = file.read(path) if path.exists() else ("", {})
    if model != encoder.name:
        kept = {}
    missing = [key for key in texts if key not in kept]
    with ThreadPoolExecutor() as threads:  # the encoder leaves Python's lock
        made = tqdm(
            threads.map(encoder.encode, (texts[key] for key in missing)),
            desc="编码",
            total=len(missing),
            disable=not sys.stderr.isatty(),
            leave=False,
        )
        kept |= {key: packed(vector) for key, vector in zip(missing, made, strict=True)}
    file.write(path, encoder.name, {key: kept[key] for key in texts})
    print(f"{len(texts)} 句，新算 {len(missing)} 句，写进 {path.name}")
    return 0
