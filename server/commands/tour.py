"""`almoner tour`: the ten steps of medical billing, against a running server."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click
import httpx
from rich.console import Console

from server.commands import options, practice
from server.tour.door import Door
from server.tour.guide import Guide, Lost
from server.tour.steps import STEPS
from server.tour.visit import Visit

URL = "http://127.0.0.1:8080/fhir"
MLLP = "127.0.0.1:2575"


@click.command()
@click.option("--url", default=URL, show_default=True, metavar="URL", help="Base URL of the FHIR server to visit.")
@click.option("--mllp", default=MLLP, show_default=True, metavar="HOST:PORT", help="Its HL7 v2 listener.")
def tour(url: str, mllp: str) -> None:
    """Walk one visit through the ten steps of medical billing, and show each request.

    What the tour needs it creates over HTTP; each tour is a visit of its own.
    """
    base = options.server(url)
    host, _, port = mllp.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise click.ClickException(f"--mllp must be HOST:PORT, not {mllp}")
    with httpx.Client(timeout=30) as client:
        guide = Guide(client, base, Console())
        try:
            _walk(guide, Door(host, int(port)))
        except Lost as error:
            raise click.ClickException(str(error)) from error


def _walk(guide: Guide, door: Door) -> None:
    _prepare(guide)
    now = datetime.now(UTC).astimezone()
    visit = Visit(guide, door, now, f"{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03}")
    for number, (name, sentence, step) in enumerate(STEPS, 1):
        guide.title(number, name, sentence)
        step(visit)
    seconds = time.monotonic() - guide.begun
    guide.console.print()
    guide.console.print(
        f"[bold green]Paid.[/] {guide.requests} requests, {guide.changes} changes, {seconds:.1f} s. "
        f"The chart: {guide.url}/Patient/{visit.patient['id']}",
        highlight=False,
        soft_wrap=True,
    )


def _prepare(guide: Guide) -> None:
    """The practice and its payers, unless they are there as they stand."""
    statement = guide.get("metadata", quiet=True)
    if statement.get("resourceType") != "CapabilityStatement":
        raise Lost(f"{guide.url} is not the base URL of a FHIR server")
    software = statement.get("software", {})
    guide.console.print(f"[bold]{software.get('name')} {software.get('version')}[/] at {guide.url}", highlight=False)
    for bundle in practice.bundles():
        guide.post("", bundle, quiet=True)
