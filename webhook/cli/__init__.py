"""The command line: `askscience COMMAND`; exit code 0 done, 1 problems found, 2 wrong usage."""

import argparse
import sys
from collections.abc import Sequence

from bot.lexicon import BrokenFile
from knowledge.database import DatabaseUnreachable
from webhook.cli import asking, content, operating, privacy, serving, users
from webhook.settings import BadSettings

EPILOG = "例：askscience ask 地震来了怎么办"


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    root = argparse.ArgumentParser(
        prog="askscience", description="问科学：居民问，答案由志愿者编写、第二人审核", epilog=EPILOG
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for room in (asking, serving, content, users, privacy, operating):
        room.add(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (BadSettings, BrokenFile, DatabaseUnreachable) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `askscience ... | head`
        sys.stderr.close()
        return 0
