"""Tables of cases in YAML, whose numbers keep their digits."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml


class _Exact(yaml.SafeLoader):
    """YAML with decimals."""


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


_Exact.add_constructor("tag:yaml.org,2002:float", _decimal)


def read(path: Path) -> Any:
    """The content of a file."""
    return yaml.load(path.read_text(), _Exact)
