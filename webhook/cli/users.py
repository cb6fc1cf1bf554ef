"""user: console accounts from the command line."""

import argparse
import getpass
import secrets
import sys

from knowledge.database import Database
from knowledge.people import BadName, NameTaken, People, Role, WeakPassword
from webhook.cli.parsing import Commands, command, subcommands
from webhook.parts import now
from webhook.settings import load


def add(commands: Commands) -> None:
    parser = command(commands, "user", "控制台账号", "askscience user list")
    actions = subcommands(parser)
    example = "askscience user add 张三 --role volunteer --role reviewer"
    new = command(actions, "add", "开一个账号", example, _add)
    new.add_argument(
        "--role", action="append", required=True, choices=[str(role) for role in Role], help="角色"
    )
    again = command(
        actions, "reset-password", "换密码", "askscience user reset-password 张三", _reset
    )
    close = command(actions, "disable", "停用账号", "askscience user disable 张三", _disable)
    for one in (new, again, close):
        one.add_argument("name", help="登录名")
    for one in (new, again):
        one.add_argument(
            "--password-stdin",
            action="store_true",
            help="从标准输入读密码；不写则自动生成并显示一次",
        )
        one.add_argument("--ask", action="store_true", help="在终端里输入密码")
    command(actions, "list", "列出账号", "askscience user list", _list)


def _people() -> People:
    database = Database(load().database_url)
    database.upgrade()
    return People(database, now)


def _password(options: argparse.Namespace) -> str:
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if options.ask:
        return getpass.getpass("密码：")
    password = secrets.token_urlsafe(12)
    print(f"密码（只显示这一次）：{password}")
    return password


def _add(options: argparse.Namespace) -> int:
    try:
        person = _people().add(
            options.name, _password(options), [Role(role) for role in options.role]
        )
    except (BadName, NameTaken, WeakPassword) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{person.name} 的账号开好了：{'、'.join(sorted(person.roles))}")
    return 0


def _reset(options: argparse.Namespace) -> int:
    try:
        done = _people().reset_password(options.name, _password(options))
    except WeakPassword as error:
        print(error, file=sys.stderr)
        return 1
    return _said(options.name, done=done, what="密码换好了，原来的登录都已结束")


def _disable(options: argparse.Namespace) -> int:
    done = _people().disable(options.name)
    return _said(options.name, done=done, what="已停用，登录都已结束")


def _said(name: str, *, done: bool, what: str) -> int:
    print(f"{name}：{what}" if done else f"没有 {name} 这个账号", file=None if done else sys.stderr)
    return 0 if done else 1


def _list(_options: argparse.Namespace) -> int:
    for person in _people().all():
        state = "停用" if person.disabled else "在用"
        print(f"{person.name}\t{state}\t{'、'.join(sorted(person.roles))}")
    return 0
