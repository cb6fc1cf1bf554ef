"""Scene: one conversation's own database, parts and door, and what staff do meanwhile."""

import shutil
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from bot.shelf import Shelf
from knowledge.demands.log import STATES, Demand
from knowledge.entries.entry import Source
from tests.conftest import Clock, an_entry
from tests.conversations.doors import Door, Heard, Said
from webhook import create_app
from webhook.parts import Parts, assemble
from webhook.settings import Settings
from webhook.voice import Voice

REASON = "这要当面看了才说得准，我们写不了。"


def service(settings: Settings, voice: Voice) -> Flask:
    return create_app(assemble(settings, voice=voice, clock=Clock()))


@dataclass(slots=True)
class Shipped:
    """A database with the shipped content in it, and what is slow to make of it, made once."""

    path: Path
    shelves: dict[str, Shelf]  # by what was answered since
    apps: dict[str, Flask] = field(default_factory=dict)  # by their settings

    def app_for(self, settings: Settings, voice: Voice) -> Flask:
        """Return the service over a database where nobody has said anything yet."""
        key = settings.model_dump_json()
        if key not in self.apps:
            self.apps[key] = service(settings, voice)
        self.apps[key].extensions["parts"].database.close()
        file = settings.database_url.removeprefix("sqlite:///")
        for old in ("-wal", "-shm"):
            Path(file + old).unlink(missing_ok=True)
        shutil.copy(self.path, file)
        return self.apps[key]


@dataclass(slots=True)
class Scene:
    """One conversation's own database, parts and door."""

    base: Shipped
    voice: Voice
    settings: Settings
    door: Door
    parts: Parts = field(init=False)
    whose: str = field(default_factory=lambda: uuid.uuid4().hex[:8])  # Valkey outlives a scene
    sent: int = 0
    receipt: str = ""
    answered: str = ""

    def start(self, app: Flask) -> None:
        self.parts = app.extensions["parts"]
        self.parts.library.shelf = self.base.shelves[self.answered]
        self.door.open(app)

    def newest(self) -> Demand:
        """Return the demand that was begun last; ValueError if nobody asked in vain."""
        listed = (one for state in STATES for one in self.parts.demands.most_asked(state=state))
        return max(listed, key=lambda demand: demand.id)

    def happens(self, what: str) -> None:
        match what:
            case "restart":
                self.close()
                self.start(service(self.settings, self.voice))
            case "drafted":
                self._begin(self.newest())
            case "answered":
                self._answer(self.newest())
            case "declined":
                self.parts.demands.decline(self.newest().id, reason=REASON, by="工作人员")
            case _:
                pytest.fail(f"after: {what} 不认识")

    def _begin(self, demand: Demand) -> int:
        entry = an_entry(
            "service/answered",
            question=demand.words,
            phrasings=tuple(f"{demand.words}，{number}号窗口" for number in range(1, 5)),
            conclusion="带上身份证，去政务服务中心的窗口办。",
            steps=("去之前先打 12345 问清楚。",),
            sources=(Source("县政务服务中心", "《办事指南》", "2026-03"),),
        )
        return self.parts.review.begin(entry, author="志愿者", demand_id=demand.id)

    def _answer(self, demand: Demand) -> None:
        review = self.parts.review
        drafts = {draft.demand_id: draft.id for draft in review.waiting()}
        draft = drafts.get(demand.id) or self._begin(demand)
        review.submit(draft, version=1)
        review.approve(draft, reviewer="审核专家", version=2)
        self.answered = demand.words
        if demand.words not in self.base.shelves:
            self.parts.library.refresh()
            self.base.shelves[demand.words] = self.parts.library.shelf
        self.parts.library.shelf = self.base.shelves[demand.words]

    def hear(self, who: str, kind: str, text: str, *, again: bool = False) -> Heard:
        """Send one message, or the one before once more, and return what its sender gets."""
        self.sent += not again
        text = text.replace("{receipt}", self.receipt)
        heard = self.door.hear(Said(f"{self.whose}{who}", self.sent, text, kind))
        self.receipt = heard.receipt or self.receipt
        return heard

    def close(self) -> None:
        self.parts.database.close()
