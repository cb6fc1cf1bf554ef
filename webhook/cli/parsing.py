"""How a command is declared: its name, what it does, an example, what runs."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # its only name


def command(
    commands: Commands,
    name: str,
    summary: str,
    example: str,
    run: Callable[[argparse.Namespace], int] | None = None,
) -> argparse.ArgumentParser:
    """Add a command; `--help` shows the example."""
    parser = commands.add_parser(name, help=summary, description=summary, epilog=f"例：{example}")
    if run is not None:
        parser.set_defaults(run=run)
    return parser


def subcommands(parser: argparse.ArgumentParser) -> Commands:
    return parser.add_subparsers(required=True, metavar="ACTION")
