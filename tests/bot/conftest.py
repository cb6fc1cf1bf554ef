"""The shipped content, ready to be asked: what finding and turns are tried on."""

import os

import pytest

from bot.conversation import Conversation
from tests.conftest import anew
from webhook.cli.asking import conversation_over


@pytest.fixture(scope="session")
def shipped(tmp_path_factory) -> Conversation:
    """The shipped content with its vectors, and no database or setting of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("empty"))
        for name in [name for name in os.environ if name.startswith("ASKSCIENCE_")]:
            patch.delenv(name)
        return conversation_over(None, [])


@pytest.fixture
def fresh(shipped) -> Conversation:
    """The same, where nobody has said anything yet."""
    return anew(shipped)
