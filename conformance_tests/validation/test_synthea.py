"""Bundles nobody here wrote are valid."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from conformance_tests.validation.examples import VALIDATOR
from server.fhir import codec

ARCHIVE = Path(__file__).parents[3] / "shared/synthea/synthea2021-r4-dev-small.tar.xz"
SAMPLE = 12


def bundles() -> Iterator[bytes]:
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".json") else None
            if file is not None:
                yield file.read()


@pytest.mark.skipif(not ARCHIVE.exists(), reason="needs ../shared")
def test_synthea_bundles_are_valid() -> None:
    texts = list(islice(bundles(), SAMPLE))
    assert len(texts) == SAMPLE
    assert [VALIDATOR.issues(codec.decode_resource(text)) for text in texts] == [()] * SAMPLE
