"""db, ledger and doctor: for whoever keeps the service running."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

from bot.state import RedisState
from knowledge.database import Database, DatabaseUnreachable
from knowledge.entries.store import EntryStore
from knowledge.residents.ledger import Ledger
from webhook.cli.parsing import Commands, command, subcommands
from webhook.parts import assemble, now
from webhook.settings import KEPT_SECRET, BadSettings, Settings, load
from webhook.voice import Voice

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # a clock before this was never set


def add(commands: Commands) -> None:
    db = subcommands(command(commands, "db", "数据库的表", "askscience db check"))
    up = command(db, "upgrade", "升级表结构", "askscience db upgrade", _upgrade)
    up.add_argument("revision", nargs="?", default="head")
    down = command(db, "downgrade", "退回旧的表结构", "askscience db downgrade base", _downgrade)
    down.add_argument("revision", help="退到哪一版；base 是清空")
    command(db, "check", "检查表结构", "askscience db check", _check)
    ledger = subcommands(command(commands, "ledger", "台账", "askscience ledger export"))
    example = "askscience ledger export --since 2026-11-01"
    export = command(ledger, "export", "导出台账：不含居民原话", example, _export)
    export.add_argument("--since", metavar="ISO", help="从这个时间起")
    doctor = command(
        commands, "doctor", "检查设置、数据库、内容和渠道", "askscience doctor", _doctor
    )
    doctor.add_argument("--settings", action="store_true", help="列出每一项设置")


def _upgrade(options: argparse.Namespace) -> int:
    database = Database(load().database_url)
    database.upgrade(options.revision)
    print(f"表结构：{database.version() or '空'}")
    return 0


def _downgrade(options: argparse.Namespace) -> int:
    database = Database(load().database_url)
    database.downgrade(options.revision)
    print(f"表结构：{database.version() or '空'}")
    return 0


def _check(_options: argparse.Namespace) -> int:
    wrong = Database(load().database_url).problems()
    print(*(wrong or ["表结构和程序一致"]), sep="\n")
    return 1 if wrong else 0


def _export(options: argparse.Namespace) -> int:
    since = None
    if options.since:
        try:
            since = datetime.fromisoformat(options.since)
            since = (since if since.tzinfo else since.astimezone()).astimezone(UTC)
        except (ValueError, OverflowError):
            print(f"时间 {options.since!r} 读不懂，写成 2026-11-01 这样", file=sys.stderr)
            return 2
    database = Database(load().database_url)
    if wrong := database.problems():
        raise BadSettings("；".join(wrong))
    for row in Ledger(database).export(since):
        print(json.dumps(asdict(row), ensure_ascii=False))
    return 0


# --- doctor -----------------------------------------------------------------------------------


def _doctor(options: argparse.Namespace) -> int:
    if options.settings:
        for name, field in Settings.model_fields.items():
            default = "" if field.is_required() else field.get_default(call_default_factory=True)
            kind = getattr(field.annotation, "__name__", str(field.annotation)).rpartition(".")[2]
            print(f"ASKSCIENCE_{name.upper()}\t{kind}\t{default!r}\t{field.description}")
        return 0
    findings = list(_findings())
    for good, sentence in findings:
        print(f"{'好　' if good else '问题'}  {sentence}")
    return 0 if all(good for good, _ in findings) else 1


def _findings() -> Iterator[tuple[bool, str]]:
    """Yield (fine or not, what was seen and what to do), one after the other."""
    settings = load()
    yield True, "设置能读"
    try:
        settings = settings.with_secret(make=KEPT_SECRET.is_file())
        yield True, "密钥够强"
    except BadSettings as error:
        yield False, f"{error}（askscience run 会自己生成一个，放在 {KEPT_SECRET}）"
    yield from _of_database(settings)
    if settings.redis_url:
        fine = RedisState(settings.redis_url).reachable()
        yield fine, "Redis 有回应" if fine else "Redis 没有回应：检查 ASKSCIENCE_REDIS_URL 和网络"
    else:
        yield True, "没有 Redis：只能跑一个网页进程"
    yield from _of_content_and_channels(settings)
    desk = settings.desk
    yield (
        True,
        f"人工找：{desk.name}，{desk.phone}"
        if desk
        else "没有填 [desk]：发“人工”的居民会被请去打 12345",
    )
    fine = now() > EARLIEST
    yield fine, f"时钟：{time.strftime('%Y-%m-%d %H:%M:%S %z')}" + ("" if fine else "，请校准")


def _of_database(settings: Settings) -> Iterator[tuple[bool, str]]:
    database = Database(settings.database_url)
    try:
        wrong = database.problems()
        number = 0 if wrong else EntryStore(database, now).snapshot_number()
    except DatabaseUnreachable as error:
        yield False, f"{error}。检查 ASKSCIENCE_DATABASE_URL，数据库是否在运行"
        return
    if wrong:
        yield from ((False, sentence) for sentence in wrong)
        return
    yield True, "数据库有回应，表结构一致"
    yield (
        bool(number),
        f"内容：第 {number} 号快照" if number else "没有内容：askscience content load",
    )


def _of_content_and_channels(settings: Settings) -> Iterator[tuple[bool, str]]:
    try:
        voice = Voice.load(settings.public_url, meaning=settings.meaning)
        yield True, "词库、问法模型、固定用语能读"
        yield bool(voice.sense) or settings.meaning == "off", voice.meaning
        parts = assemble(settings, voice=voice)
    except ValueError as error:
        yield False, str(error)
        return
    for name in parts.channels:
        yield True, f"渠道 {name} 的密钥齐全"
