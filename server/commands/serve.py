"""`almoner serve`: the server, and what it says when it is ready."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from dataclasses import replace
from typing import Any

import click
import uvicorn
from rich.console import Console
from uvicorn.supervisors import Multiprocess

from server import config
from server.commands import options, welcome
from server.config import Settings
from server.fhir.errors import Unavailable
from server.rest.gate import is_loopback
from server.rest.protocol import Protocol


@click.command()
@options.of()
def serve(**given: Any) -> None:
    """Serve FHIR over HTTP, and HL7 v2 over MLLP where a port is given."""
    settings = options.settings(given)
    _refuse_exposure(settings)
    listening = _listen(settings.host, settings.port)
    settings = replace(settings, port=listening.getsockname()[1], mllp_port=_free(settings))
    os.environ.update(config.variables({**options.text(given), **_ports(settings)}))
    logging.basicConfig(level=settings.log.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        empty = asyncio.run(welcome.prepare(settings))
    except Unavailable as error:
        raise click.ClickException(str(error)) from error
    _run(settings, listening, lambda: welcome.show(Console(stderr=True), settings, empty))


def _refuse_exposure(settings: Settings) -> None:
    if settings.open and not is_loopback(settings.host):
        raise click.ClickException("--open switches sign-in off: it is refused on any address but a loopback one")
    if settings.mllp_port is not None and not settings.open:
        raise click.ClickException("--mllp-port needs --open: senders of messages cannot sign in yet")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from error
    except TypeError as error:  # a name that cannot be encoded
        raise click.ClickException(f"cannot listen on {host}:{port}: it is no name of a host") from error


def _free(settings: Settings) -> int | None:
    """The port of the listener for messages, which opens with the application in each process: 0 is chosen here."""
    if settings.mllp_port is None:
        return None
    with _listen(settings.host, settings.mllp_port) as probe:
        return int(probe.getsockname()[1])


def _ports(settings: Settings) -> dict[str, str]:
    ports = {"port": settings.port, "mllp_port": settings.mllp_port}
    return {name: str(port) for name, port in ports.items() if port is not None}


def _run(settings: Settings, listening: socket.socket, ready: Any) -> None:
    config_ = uvicorn.Config(
        "server.app:from_environment",
        factory=True,
        http=Protocol,
        workers=settings.workers,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        lifespan="on",
        timeout_graceful_shutdown=10,
    )
    if settings.workers > 1:
        ready()
        Multiprocess(config_, [listening]).run()
        return
    server = _Announcing(config_, ready)
    server.run(sockets=[listening])
    if not server.started:
        raise click.ClickException("the server did not start")


class _Announcing(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Any) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()
