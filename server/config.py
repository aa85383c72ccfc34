"""Every setting, and the only place that reads them: from the command line, else from the environment.

Source: the table in README.md, which a test keeps complete
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "ALMONER_"
MEBIBYTE = 1024 * 1024
_base = re.compile(r"https?://[^\s?#]+", re.IGNORECASE)


class Unusable(Exception):
    """A setting that cannot be used; the text names it and says what is expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: `read` makes its value of a text, `text` is its default, `help` says what it is for."""

    name: str
    text: str
    help: str
    read: Callable[[str], Any]
    metavar: str = "TEXT"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()

    @property
    def option(self) -> str:
        """Its name on the command line."""
        return "--" + self.name.replace("_", "-")


WORKERS = 64
"""So many processes serve at most."""
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


def flag(text: str) -> bool:
    """Yes or no."""
    if text.lower() not in (*_YES, *_NO):
        raise ValueError("yes or no")
    return text.lower() in _YES


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65_536):
        raise ValueError("a port from 0 to 65535")
    return int(text)


def _maybe_port(text: str) -> int | None:
    return _port(text) if text else None


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError("a whole number from 1 on")
    return int(text)


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= WORKERS):
        raise ValueError(f"a whole number from 1 to {WORKERS}")
    return int(text)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones among them
        raise ValueError("a time zone such as America/New_York") from error


def _url(text: str) -> str:
    if text and not _is_base(text):
        raise ValueError("an http or https URL such as https://example.org/fhir")
    return text.rstrip("/")


def _is_base(text: str) -> bool:
    """Whether addresses below this one can be made by adding to it: it has a host, and neither query nor fragment."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a port that is none, or brackets that hold no address
        return False
    return _base.fullmatch(text) is not None and bool(parts.hostname) and port != 0


def paths(text: str) -> tuple[Path, ...]:
    """Any number of paths."""
    return tuple(Path(one) for one in text.split(os.pathsep) if one)


def _level(text: str) -> str:
    if text not in ("warning", "info"):
        raise ValueError("warning or info")
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "127.0.0.1", "Address to listen on.", str, "ADDRESS"),
    Setting("port", "8080", "Port to listen on; 0 takes any that is free.", _port, "PORT"),
    Setting("data", "data", "Directory of the embedded SQLite store.", Path, "DIR"),
    Setting("mongo", "", "MongoDB connection string with its database, in place of SQLite.", str, "URI"),
    Setting("open", "no", "Switch sign-in off; only on a loopback address.", flag),
    Setting("demo", "no", "Load the example practice when the store is empty.", flag),
    Setting("workers", "1", "Processes that serve.", _workers, "N"),
    Setting("ig", "", "FHIR packages (.tgz) of guides whose search parameters to add.", paths, "FILE"),
    Setting(
        "mllp_port", "", "Port of the HL7 v2 listener (MLLP); none without it. It needs --open.", _maybe_port, "PORT"
    ),
    Setting("zone", "UTC", "Time zone of the practice; HL7 v2 times without an offset are of it.", _zone, "ZONE"),
    Setting("base_url", "", "Public URL of the FHIR base, when it is not the address that clients ask.", _url, "URL"),
    Setting("max_body", str(50 * MEBIBYTE), "Most octets that a request body may have.", _positive, "OCTETS"),
    Setting("log", "warning", "What is logged: warning, or info for a line a request.", _level, "LEVEL"),
)
"""All settings."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The value of each setting."""

    host: str
    port: int
    data: Path
    mongo: str
    open: bool
    demo: bool
    workers: int
    ig: tuple[Path, ...]
    mllp_port: int | None
    zone: ZoneInfo
    base_url: str
    max_body: int
    log: str


def settings(given: Mapping[str, str]) -> Settings:
    """The settings by name as text, the defaults for those not given; raises Unusable."""
    return Settings(**{one.name: _read(one, given.get(one.name, one.text)) for one in SETTINGS})


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """What environment variables say, by name of setting."""
    return {one.name: variables[one.variable] for one in SETTINGS if one.variable in variables}


def variables(given: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that say the same."""
    return {one.variable: given[one.name] for one in SETTINGS if one.name in given}


def _read(setting: Setting, text: str) -> Any:
    try:
        return setting.read(text)
    except ValueError as error:
        raise Unusable(f"{setting.option} (or {setting.variable}) must be {error}") from error
