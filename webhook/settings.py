"""Settings: from ASKSCIENCE_* variables or askscience.toml; the only place that reads either."""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from knowledge.residents.keys import WeakSecret, check_secret

PLATFORMS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # platform: what it needs, what it may have besides
    "wechat": (
        ("token", "app_id", "app_secret"),
        ("aes_key", "aes_key_previous", "region", "api_base"),
    ),
}
KEPT_SECRET = Path("var") / "secret-key"  # made by the first `run`


class BadSettings(Exception):
    """A setting is missing or wrong; the message is a sentence that names it."""


class ChannelSettings(BaseModel):
    """One account on one platform: `platform`, and whatever that platform needs."""

    model_config = ConfigDict(extra="allow", frozen=True)

    platform: str

    def options(self) -> dict[str, str]:
        """Return everything but the platform."""
        return {key: str(value) for key, value in (self.model_extra or {}).items()}


class DeskSettings(BaseModel):
    """The office that residents who want a person are led to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=40)
    phone: str = Field(pattern=r"^[0-9][0-9 \-]{2,19}$")
    hours: str = Field("", max_length=60)


class Settings(BaseSettings):
    """Every setting; each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="ASKSCIENCE_", extra="ignore", frozen=True)

    database_url: str = Field(
        "sqlite:///var/askscience.db", description="数据库：SQLite 或 PostgreSQL 的地址"
    )
    redis_url: str | None = Field(
        None, description="Redis（或 Valkey）地址；不填则只用一个进程，选项和限额记在进程里"
    )
    secret_key: str = Field(
        "",
        description="签名和化名用的密钥，至少 32 个随机字符；run 第一次启动时自动生成",
        repr=False,
    )
    retention_words: int = Field(30, ge=1, le=3650, description="居民原话保留的天数")
    retention_rows: int = Field(400, ge=1, le=3650, description="化名台账保留的天数")
    meaning: Literal["auto", "off"] = Field(
        "auto", description="按意思匹配：auto 装了句子编码器就用；off 只按词匹配"
    )
    limit_resident: int = Field(20, ge=0, description="一位居民一分钟最多记几条消息；0 不限")
    limit_address: int = Field(
        600, ge=0, description="一个网络地址一分钟最多从网页记几条消息；0 不限"
    )
    desk: DeskSettings | None = Field(
        None, description="人工找谁：name、phone、hours；不填就请居民打 12345"
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", description="回复和二维码里的网址，居民从外面看到的那个"
    )
    channels: dict[str, ChannelSettings] = Field(
        default_factory=dict,
        description="消息渠道：名字 → 平台和密钥；网页渠道 webchat 总是有",
        repr=False,
    )

    toml_file: ClassVar[Path | None] = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what is given first, then the environment, then the TOML file."""
        name = os.environ.get("ASKSCIENCE_CONFIG")
        if not name:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(name))

    def with_secret(self, *, make: bool) -> "Settings":
        """Return settings with a usable secret; `make` one under var/ if there is none.

        Raises BadSettings for a missing or weak secret.
        """
        secret = self.secret_key or (_kept_secret() if make else "")
        try:
            return self.model_copy(update={"secret_key": check_secret(secret)})
        except WeakSecret as error:
            hint = 'python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
            raise BadSettings(f"{error}。可以用 {hint} 生成一个") from None


def load(**given: Any) -> Settings:
    """Return the settings; raises BadSettings with a sentence for everything that is wrong."""
    name = os.environ.get("ASKSCIENCE_CONFIG")
    if name and not Path(name).is_file():
        raise BadSettings(f"ASKSCIENCE_CONFIG 指的文件不存在：{name}")
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong = "；".join(
            f"{_name(e['loc'])}：{e['msg']}" for e in error.errors(include_input=False)
        )
        raise BadSettings(f"设置有误：{wrong}") from None
    except ValueError as error:  # a TOML file or a JSON variable that cannot be read
        raise BadSettings(f"设置读不懂：{error}") from None
    if not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", settings.public_url):
        raise BadSettings("ASKSCIENCE_PUBLIC_URL 要写成 https://域名")
    if settings.redis_url and not re.match(r"(rediss?|unix)://", settings.redis_url):
        raise BadSettings("ASKSCIENCE_REDIS_URL 要写成 redis://主机:6379/0")
    for channel, options in settings.channels.items():
        _check_channel(channel, options)
    bare = settings.public_url.rstrip("/")
    if bare == settings.public_url:  # a copy would count as given, and `run` gives its own address
        return settings
    return settings.model_copy(update={"public_url": bare})


def _check_channel(name: str, channel: ChannelSettings) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name) or name == "webchat":
        raise BadSettings(f"渠道名 {name!r} 不能用：小写字母、数字和横线，且不叫 webchat")
    if channel.platform not in PLATFORMS:
        known = "、".join(PLATFORMS)
        raise BadSettings(f"渠道 {name} 的 platform {channel.platform!r} 不认识，现有：{known}")
    needed, optional = PLATFORMS[channel.platform]
    options = channel.options()
    if unknown := set(options) - {*needed, *optional}:
        raise BadSettings(f"渠道 {name} 的设置 {'、'.join(sorted(unknown))} 不认识")
    for key in (*needed, *(key for key in optional if key in options)):
        if not options.get(key, "").strip():
            raise BadSettings(f"渠道 {name} 的 {key} 是空的，填上再启动")
    if not re.fullmatch(r"([0-9]{6})?", options.get("region", "")):
        raise BadSettings(f"渠道 {name} 的 region 要写六位行政区划代码，例如成都是 510100")


def _kept_secret() -> str:
    """Return the secret kept under var/, made at the first start, readable by its owner alone.

    Raises BadSettings, with the file's name, for a file that holds none.
    """
    KEPT_SECRET.parent.mkdir(mode=0o700, exist_ok=True)
    if not KEPT_SECRET.exists():
        # Written whole under another name first: a start that is killed leaves no empty secret.
        fresh = KEPT_SECRET.with_name(f"secret-key.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, KEPT_SECRET)
        fresh.unlink()
    try:
        kept = KEPT_SECRET.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        kept = ""
    if not kept:
        raise BadSettings(f"{KEPT_SECRET} 里没有密钥：放回备份，或删掉它让 run 重新生成")
    return kept


def _name(location: tuple[int | str, ...]) -> str:
    head, *rest = map(str, location)
    return ".".join((f"ASKSCIENCE_{head.upper()}", *rest))
