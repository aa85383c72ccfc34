"""The one command, `almoner`: its subcommands, one file each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from server import assembly
from server.commands.fhirpath import fhirpath
from server.commands.load import load
from server.commands.serve import serve
from server.commands.tour import tour
from server.commands.validate import validate


class _Usage(click.ClickException):
    """A usage error without the lines that click puts before it."""

    exit_code = 2


class OneLine(click.Group):
    """A group whose usage errors are one line, as all errors are."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        """The context of the group's own arguments."""
        with _in_one_line():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand."""
        with _in_one_line():
            return super().invoke(ctx)


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "almoner"
        raise _Usage(f"{error.format_message()} See {command} --help.") from error


@click.group(cls=OneLine, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(assembly.version(), prog_name="almoner")
def main() -> None:
    """Almoner: a FHIR R4 server in which a visit becomes a paid, reconciled, patient-visible claim."""


for command in (serve, load, tour, validate, fhirpath):
    main.add_command(command)
