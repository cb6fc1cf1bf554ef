"""Commands: words that mean the same anywhere, and every fixed sentence the bot can say."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

_ONE = "第?([1-9一二两三四五六七八九])(?:个|号|条|项)?"
_CHOICE = re.compile(f"(?:那|就|我?选|我?要)*{_ONE}(?:(?:和|跟|还有|加){_ONE}){{0,2}}")
_NUMBERS = {
    sign: at
    for at, signs in enumerate(("1一", "2二两", "3三", "4四", "5五", "6六", "7七", "8八", "9九"))
    for sign in signs
}
_PLACE = re.compile(r"\{(\w+)\}")


class Command(StrEnum):
    MENU = "menu"
    HELP = "help"
    TOPICS = "topics"
    POPULAR = "popular"
    MY_QUESTIONS = "my_questions"
    REGION = "region"
    REMEMBER_PLACE = "remember_place"
    FORGET_PLACE = "forget_place"
    ELDER = "elder"
    PRIVACY = "privacy"
    ERASE = "erase"
    ERASE_NOW = "erase_now"
    EXPORT = "export"
    PERSON = "person"
    HELPFUL = "helpful"
    NOT_HELPFUL = "not_helpful"
    ADD = "add"
    END = "end"
    EMERGENCY = "emergency"
    NONE_OF_THESE = "none_of_these"
    ALL_OF_THESE = "all_of_these"


class BrokenPhrases(ValueError):
    """phrases.yaml cannot be used; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The bot's own sentences, by name."""

    sentences: Mapping[str, str]
    words: Mapping[str, Command]  # normalised

    @classmethod
    def load(cls, path: Path) -> "Phrases":
        """Read phrases.yaml. Raises BrokenPhrases."""
        try:
            values = yaml.safe_load(path.read_text(encoding="utf-8"))
            words = values.pop("words")
            found = {str(word).lower(): Command(name) for name in words for word in words[name]}
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise BrokenPhrases(f"{path.name} 不能用：{error!r}") from error
        return cls({name: str(sentence) for name, sentence in values.items()}, found)

    def say(self, name: str, /, **values: object) -> str:
        """Return a sentence with its places filled; what is filled in is not read again."""
        return _PLACE.sub(lambda at: str(values.get(at[1], at[0])), self.sentences[name])

    def command(self, text: str) -> Command | None:
        """Return the command that a text is, word for word (no spaces or signs, lower case)."""
        return self.words.get(text)


# Crockford base 32, as receipts are written and read out; O, I and L are typed for 0 and 1. A bare
# number of ten digits is none, nor is a word of ten letters.
_HALF = "((?:[0-9A-TV-Z] ?){5})"
_RECEIPT = re.compile(
    "(?:我的|这是|帮我|查一下|查询|查|看)*+(?:回执|问题|进展|编|号|码)*+(?:是|为)?[:： ]*+"
    f"(?=[^-]*(?:-|[A-Z]))(?=.*[0-9]|[A-HJKMNP-TV-Z]{{5}}-){_HALF}[- ]*{_HALF}[。.!！ ]*"
)
_READ_AS = str.maketrans("OIL", "011")
_DASHES = str.maketrans(dict.fromkeys("–—‐−_－", "-"))


def receipt(text: str) -> str | None:
    """Return the receipt that a message is, however its letters and dash were typed."""
    plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).strip().upper()
    found = _RECEIPT.fullmatch(plain)
    if found is None:
        return None
    first, second = (part.replace(" ", "").translate(_READ_AS) for part in found.groups())
    return f"{first}-{second}"


# With a sign between, for "补充维生素有用吗" is a question; without one the turn before decides.
_ADDITION = re.compile(
    r"(?:我[想要再来]{0,3})?补充(?:一下|说明|几句|一点)?(?P<sign>[\s:：,，。、;；]*)(?P<words>.+)",
    re.DOTALL,
)


def addition(text: str) -> tuple[str, bool] | None:
    """Return what a message adds to a question, and whether it surely means to."""
    found = _ADDITION.fullmatch(text.strip())
    return (found["words"].strip(), bool(found["sign"])) if found else None


def choice(text: str) -> int | None:
    """Return which option a text picks, 0 first; of several the first."""
    found = _CHOICE.fullmatch(text)
    return _NUMBERS[found[1]] if found else None
