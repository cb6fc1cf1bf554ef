"""run, serve and worker: the processes of the service."""

import argparse
import secrets
import signal
import sys
import threading

from knowledge.people import Role
from webhook.cli.parsing import Commands, command
from webhook.parts import Parts, assemble, prepare
from webhook.server import Server, quiet_logs
from webhook.settings import BadSettings, Settings, load
from webhook.worker import work

ADMINISTRATOR = "admin"
PORT_AT_MOST = 65535
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  # what an operator may listen on, not an address


def add(commands: Commands) -> None:
    run = command(commands, "run", "网页和后台一起跑，单机用", "askscience run --port 8000", _run)
    serve = command(
        commands, "serve", "只跑网页，可以多个进程", "askscience serve --workers 4", _serve
    )
    serve.add_argument("--workers", type=_count, default=1, help="进程数；多于 1 个要有 Redis")
    for parser in (run, serve):
        parser.add_argument("--host", default="127.0.0.1", help="监听的地址")
        parser.add_argument("--port", type=_port, default=8000, help="监听的端口")
    command(commands, "worker", "只跑后台工作", "askscience worker", _worker)


def _parts(settings: Settings) -> Parts:
    quiet_logs()
    try:
        return assemble(settings)
    except ValueError as error:  # a broken lexicon, model, phrases or channel secret
        raise BadSettings(str(error)) from error


def _run(options: argparse.Namespace) -> int:
    settings = load()
    host = "127.0.0.1" if options.host in EVERYWHERE else _in_url(options.host)
    local = f"http://{host}:{options.port}"
    if "public_url" not in settings.model_fields_set:
        settings = settings.model_copy(update={"public_url": local})
    print("正在启动…", flush=True)
    parts = _parts(settings.with_secret(make=True))
    if loaded := prepare(parts):
        print(f"装入随软件提供的内容：{loaded} 条", flush=True)
    parts.library.refresh()

    def welcome() -> None:
        print(f"居民页面：{local}/\n控制台：　{local}/console", flush=True)
        if password := _first_administrator(parts):
            print(f"管理员 {ADMINISTRATOR} 的密码（只显示这一次）：{password}", flush=True)

    Server(parts, bind=_bind(options), workers=1, with_worker=True, on_ready=welcome).run()
    return 0


def _first_administrator(parts: Parts) -> str | None:
    """Open the first account and return its password; none when somebody has one already."""
    if parts.people.all():
        return None
    password = secrets.token_urlsafe(12)
    parts.people.add(ADMINISTRATOR, password, [Role.ADMINISTRATOR])
    return password


def _serve(options: argparse.Namespace) -> int:
    settings = load().with_secret(make=False)
    if options.workers > 1 and not settings.redis_url:
        raise BadSettings("多个进程要共用 Redis：设好 ASKSCIENCE_REDIS_URL，或者用 --workers 1")
    parts = _ready(settings)
    parts.library.refresh()
    Server(parts, bind=_bind(options), workers=options.workers, with_worker=False).run()
    return 0


def _worker(_options: argparse.Namespace) -> int:
    parts = _ready(load().with_secret(make=False))
    stop = threading.Event()
    for order in (signal.SIGTERM, signal.SIGINT):
        signal.signal(order, lambda *_: stop.set())
    work(parts, stop)
    return 0


def _ready(settings: Settings) -> Parts:
    """Return parts over tables that fit. Raises BadSettings, DatabaseUnreachable."""
    parts = _parts(settings)
    if wrong := parts.database.problems():
        raise BadSettings("；".join(wrong))
    if not parts.entries.snapshot_number():
        print("还没有内容：运行 askscience content load", file=sys.stderr)
    return parts


def _bind(options: argparse.Namespace) -> str:
    return f"{_in_url(options.host)}:{options.port}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    if not 1 <= int(text) <= PORT_AT_MOST:
        raise ValueError
    return int(text)


def _count(text: str) -> int:
    if int(text) < 1:
        raise ValueError
    return int(text)
