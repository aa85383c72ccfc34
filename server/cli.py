"""The one command, `almoner`: its subcommands, one file each."""

from __future__ import annotations

import click

from server import assembly
from server.commands.fhirpath import fhirpath
from server.commands.load import load
from server.commands.serve import serve
from server.commands.tour import tour
from server.commands.validate import validate


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(assembly.version(), prog_name="almoner")
def main() -> None:
    """Almoner: a FHIR R4 server in which a visit becomes a paid, reconciled, patient-visible claim."""


for command in (serve, load, tour, validate, fhirpath):
    main.add_command(command)
