"""`almoner validate`: what is wrong with resources in files, by R4's definitions."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from profiles import load
from server.commands import documents, load_files
from server.commands.load_archives import Opening
from server.commands.load_files import File, Unreadable
from server.fhir.errors import Invalid
from server.fhir.outcome import Issue
from server.validation.validator import Validator, compile_validator


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def validate(files: tuple[Path, ...]) -> None:
    """Say what is wrong with the resources in FILEs (.json, .ndjson, .xml), each issue in a line.

    A directory or an archive stands for the .json and .ndjson files in it; - is standard input, in JSON. The exit code
    is 1 when a resource has an error.
    """
    checked = faulty = 0
    for place, issues in _judged(_texts(files)):
        checked += 1
        faulty += any(issue.failed for issue in issues)
        for issue in issues:
            click.echo(f"{place}: {issue.severity}: {issue.expression or '-'}: {issue.diagnostics}")
    click.echo(f"{checked:,} resources, {faulty:,} with errors", err=True)
    if faulty:
        raise click.exceptions.Exit(1)


def _judged(texts: Iterable[tuple[str, bytes | Unreadable]]) -> Iterator[tuple[str, tuple[Issue, ...]]]:
    validator = compile_validator(load.definitions())
    try:
        for place, text in texts:
            yield place, _issues(validator, place, text)
    except (Unreadable, OSError) as error:
        raise click.ClickException(str(error)) from error


def _issues(validator: Validator, place: str, text: bytes | Unreadable) -> tuple[Issue, ...]:
    if isinstance(text, Unreadable):
        return (Issue("error", "incomplete", text.reason),)
    try:
        return validator.issues(documents.decoded(place, text))
    except Invalid as error:
        return error.issues


def _texts(paths: Iterable[Path]) -> Iterator[tuple[str, bytes | Unreadable]]:
    """Each document with its place, or why it cannot be read; a line of NDJSON is one."""
    for path in paths:
        if str(path) == "-":
            yield "-", sys.stdin.buffer.read()
        elif path.suffix.lower() == ".xml":
            yield str(path), path.read_bytes()
        else:
            yield from _files(path)


def _files(path: Path) -> Iterator[tuple[str, bytes | Unreadable]]:
    for file, opening in load_files.opened(load_files.inventory([path])):
        try:
            yield from _documents(file, opening)
        except Unreadable as error:
            yield error.place, error


def _documents(file: File, opening: Opening) -> Iterator[tuple[str, bytes]]:
    with load_files.reading(file), opening() as content:
        if file.format == "json":
            yield file.label, content.read()
        else:
            yield from ((f"{file.label}:{number}", line) for number, line in enumerate(content, 1) if line.strip())
