"""privacy: a resident's rights, done by an operator; and what is due to be deleted."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict

from webhook.cli.parsing import Commands, command, subcommands
from webhook.parts import Parts, assemble
from webhook.settings import KEPT_SECRET, BadSettings, load

_UNKNOWN = "没有这张回执的人：回执抄错了，或者台账里的联系已经到期删掉，没有可以导出、删除的了"


def add(commands: Commands) -> None:
    privacy = subcommands(
        command(commands, "privacy", "居民自己的数据", "askscience privacy sweep")
    )
    example = "askscience privacy erase --receipt K7M3F-9QX2D"
    erase = command(privacy, "erase", "删除一位居民的全部数据", example, _erase)
    example = "askscience privacy export --receipt K7M3F-9QX2D"
    export = command(privacy, "export", "导出一位居民的全部数据（JSON）", example, _export)
    for parser in (erase, export):
        parser.add_argument("--receipt", required=True, help="居民手里的任何一张回执")
    example = "askscience privacy sweep"
    command(privacy, "sweep", "现在就删掉保留到期的", example, _sweep)


def _parts() -> Parts:
    settings = load().with_secret(make=KEPT_SECRET.is_file())
    parts = assemble(settings)
    if wrong := parts.database.problems():
        raise BadSettings("；".join(wrong))
    return parts


def _of_resident(options: argparse.Namespace, do: Callable[[Parts, str, str], None]) -> int:
    """Do something for whoever holds the receipt; return the exit code."""
    parts = _parts()
    whose = parts.rights.resident(options.receipt)
    if whose is None:
        print(_UNKNOWN, file=sys.stderr)
        return 1
    do(parts, *whose)
    return 0


def _erase(options: argparse.Namespace) -> int:
    def erase(parts: Parts, channel: str, sender: str) -> None:
        erased = parts.rights.erase(channel, sender)
        parts.conversation.memory.forget(channel, sender)  # in Redis, where there is one
        print(f"删掉了 {erased} 条消息，以及回执、地区、反馈和只有这个人问的问题。")
        print("运行着的服务半分钟内也会忘掉还没说完的话。")
        print("以前的备份里还有，恢复备份以后要再删一次。")

    return _of_resident(options, erase)


def _export(options: argparse.Namespace) -> int:
    def export(parts: Parts, channel: str, sender: str) -> None:
        copy = asdict(parts.rights.copy(channel, sender))
        print(json.dumps(copy, ensure_ascii=False, indent=1))

    return _of_resident(options, export)


def _sweep(_options: argparse.Namespace) -> int:
    swept = _parts().retention.sweep()
    print(f"清空了 {swept.words} 条消息的原话，删掉了 {swept.rows} 行台账。")
    return 0
