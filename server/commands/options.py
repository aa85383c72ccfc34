"""Settings as options of a subcommand: what the command line says comes before the environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
import httpx

from server import config
from server.config import SETTINGS, Setting, Settings

F = TypeVar("F", bound=Callable[..., Any])

_BASE = next(one for one in SETTINGS if one.name == "base_url")
_NO_URL = "--url must be an http or https URL such as http://127.0.0.1:8080/fhir"

STORE = ("data", "mongo")
"""The settings of a command that opens a store itself."""


def of(*names: str) -> Callable[[F], F]:
    """A decorator that adds the options of these settings, all when none is named."""
    wanted = [one for one in SETTINGS if not names or one.name in names]

    def decorate(command: F) -> F:
        for one in reversed(wanted):
            command = _option(one)(command)
        return command

    return decorate


def text(given: Mapping[str, Any]) -> dict[str, str]:
    """The settings that the environment or these options give, by name as text; raises click.ClickException.

    A store that an option names stands in place of the one that the environment names.
    """
    stated = {name: _text(value) for name, value in given.items() if value not in (None, ())}
    if stated.keys() >= set(STORE):
        raise click.ClickException("--data and --mongo name two stores; give one of them")
    other = {"mongo": ""} if "data" in stated else {}
    return {**config.environment(os.environ), **other, **stated}


def settings(given: Mapping[str, Any]) -> Settings:
    """The settings by environment and options; raises click.ClickException for what cannot be used."""
    try:
        return config.settings(text(given))
    except config.Unusable as error:
        raise click.ClickException(str(error)) from error


def server(url: str) -> str:
    """The base URL of a server that --url names; raises click.ClickException for what is none."""
    try:
        base = str(_BASE.read(url))
        if httpx.URL(base).host:
            return base
    except (httpx.InvalidURL, ValueError) as error:
        raise click.ClickException(_NO_URL) from error
    raise click.ClickException(_NO_URL)


def _option(one: Setting) -> Callable[[F], F]:
    shown = f"{one.help} [{one.variable}{f'; default: {one.text}' if one.text else ''}]"
    if one.read is config.flag:
        return click.option(one.option, one.name, is_flag=True, default=None, help=shown)
    multiple = one.read is config.paths
    return click.option(one.option, one.name, multiple=multiple, metavar=one.metavar, help=shown)


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return os.pathsep.join(value)
    return str(value)
