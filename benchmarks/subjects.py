"""What is measured: each subject asks the server, and the bare route of its name, in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle

from benchmarks import samples
from benchmarks.traffic import Prepared, request

MINIMAL = "Prefer: return=minimal\r\n"
TRANSACTION = 100
"""How many resources a measured transaction has."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A row of the table. `ours` and `bare` prepare requests; `goal` is the least ratio, 0 for none.

    `resources` is how many resources a request carries; `sample` is what ours answers once, given to the bare route.
    """

    name: str
    ours: Prepared
    bare: Prepared
    sample: bytes
    goal: float = 0.0
    resources: int = 1
    connections: int = 32


def _get(paths: Callable[[], Iterator[str]]) -> Prepared:
    return lambda: (request("GET", path) for path in paths())


def _post(path: str, bodies: Callable[[], Iterator[bytes]]) -> Prepared:
    return lambda: (request("POST", path, body) for body in bodies())


def _transactions() -> Iterator[bytes]:
    return cycle([samples.transaction(start, TRANSACTION) for start in range(0, 2000, TRANSACTION)])


def _search(query: str) -> Prepared:
    paths = [f"/fhir/Observation?{query.format(number)}" for number in range(40)]
    return _get(lambda: cycle(paths))


def _searched(name: str, query: str) -> Subject:
    sample = request("GET", f"/fhir/Observation?{query.format(7)}")
    return Subject(name, _search(query), _get(lambda: cycle([f"/{name}"])), sample)


def _bodies() -> Iterator[bytes]:
    return cycle([body for body, _ in zip(samples.creates(), range(500), strict=False)])


SUBJECTS = (
    Subject(
        "read",
        _get(lambda: cycle([f"/fhir/Patient/p{number}" for number in range(samples.PATIENTS)])),
        _get(lambda: cycle(["/read"])),
        request("GET", "/fhir/Patient/p7"),
        goal=0.7,
    ),
    Subject(
        "create",
        _post("/fhir/Observation", _bodies),
        _post("/create", _bodies),
        request("POST", "/fhir/Observation", next(samples.creates())),
        goal=0.2,
    ),
    _searched("search-patient", "patient=p{}&_count=20"),
    _searched("search-code", "code=http://loinc.org|8{0:03}-7&patient=p{0}"),
    _searched("search-date", "date=ge2026-03-01&date=lt2026-06-01&patient=p{0}"),
    Subject(
        "transaction",
        _post("/fhir", _transactions),
        _post("/transaction", _transactions),
        request("POST", "/fhir", samples.transaction(0, TRANSACTION)),
        resources=TRANSACTION,
        connections=8,
    ),
)
"""Every subject, in the order of the table."""
