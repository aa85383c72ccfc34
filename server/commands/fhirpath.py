"""`almoner fhirpath`: what an expression gives on a resource in a file."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click

from profiles import load
from server.commands import documents
from server.fhir import codec
from server.fhir.errors import FhirError
from server.fhir.resource import Json
from server.fhirpath.environment import Environment
from server.fhirpath.expression import Compiler
from server.fhirpath.node import Value


@click.command()
@click.argument("expression", metavar="EXPR")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def fhirpath(expression: str, file: Path) -> None:
    """Evaluate EXPR on the resource in FILE (.json or .xml; - is JSON from standard input), one value a line."""
    try:
        resource = documents.decoded(str(file), sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
        compiled = Compiler(load.definitions()).compile(expression, resource["resourceType"])
        found = compiled.values(resource, Environment(now=datetime.now(UTC)))
    except (FhirError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for value in found:
        click.echo(codec.encode(_json(value)).decode())


def _json(value: Value) -> Json:
    """A value as JSON: what JSON has no type for is text."""
    return value if value is None or isinstance(value, _PLAIN) else str(value)


_PLAIN = (bool, int, str, Decimal, list, dict)
