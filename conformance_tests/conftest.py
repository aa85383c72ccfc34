"""What a machine lacks is said once for all tests that need it, and counted; under `--strict` it is a failure."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("almoner", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("almoner")  # a busy machine fails no test

NEEDS = "needs "
"""How the reason of a skipped test begins: what the machine lacks follows."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--strict-needs`."""
    parser.addoption("--strict-needs", action="store_true", help="fail when a test is skipped for what is missing")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each thing that is missing."""
    for reason, count in sorted(_missing(terminalreporter).items()):
        terminalreporter.write_line(f"skipped: {reason} ({count} tests)", yellow=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a strict run that skipped something."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.config.getoption("--strict-needs") and reporter is not None and _missing(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _missing(reporter: pytest.TerminalReporter) -> Counter[str]:
    skipped = (report.longrepr for report in reporter.stats.get("skipped", ()))
    return Counter(str(one[2]).removeprefix("Skipped: ") for one in skipped if isinstance(one, tuple))
