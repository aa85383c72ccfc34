"""The documents tell the truth: what they name is there, and what a user meets is named."""

from __future__ import annotations

import re

import pytest

import operations
from conformance_tests.architecture.sources import ROOT
from server import cli, config
from server.hl7v2.handlers import HANDLERS
from server.interactions.operation import Operation

README = (ROOT / "README.md").read_text()
DOCUMENTS = [README, *((ROOT / name).read_text() for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"))]


@pytest.mark.parametrize("setting", config.SETTINGS, ids=lambda one: one.name)
def test_every_setting_has_its_row_in_the_readme(setting: config.Setting) -> None:
    row = next((line for line in README.splitlines() if line.startswith(f"| `{setting.option}` ")), "")
    shown = f"`{setting.text}`" if setting.text else ""
    assert [cell.strip() for cell in row.split("|")[2:4]] == [f"`{setting.variable}`", shown]


def test_the_readme_names_no_setting_that_is_none() -> None:
    named = set(re.findall(r"ALMONER_[A-Z_]+", README))
    assert named == {one.variable for one in config.SETTINGS}


@pytest.mark.parametrize("command", cli.main.commands)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"^\| `{command}\b", README, re.MULTILINE)


@pytest.mark.parametrize("operation", operations.ROWS, ids=lambda one: one.definition["id"])
def test_every_operation_is_in_the_readme(operation: Operation) -> None:
    assert f"${operation.definition['code']}`" in README


def test_every_message_is_in_the_readme() -> None:
    for code, event in HANDLERS:
        assert re.search(rf"{code}[^.]*\b{event}\b", README), f"{code} {event}"


def test_the_files_that_documents_name_are_there() -> None:
    named = {name for text in DOCUMENTS for name in re.findall(r"`((?:[a-z_]+/)+[a-z_.0-9]*)`", text)}
    missing = {name for name in named if not ((ROOT / name).exists() or (ROOT / "server" / name).exists())}
    assert {name for name in missing if "x." not in name} == set()


def test_links_between_documents_lead_somewhere() -> None:
    linked = {name for text in DOCUMENTS for name in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in name}
    assert all((ROOT / name).exists() for name in linked)
