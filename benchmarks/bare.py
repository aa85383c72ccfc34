"""The yardstick: FastAPI routes that return or accept given bytes and do nothing else.

`python -m benchmarks.bare PORT FILE`: FILE holds what each route answers, as written by `subjects`.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response

MEDIA = "application/fhir+json"


def application(answers: dict[str, str]) -> FastAPI:
    """An application that answers `/<name>` with the bytes of that name (base64), whatever it is sent."""
    bare = FastAPI(openapi_url=None)
    for name, text in answers.items():
        _add(bare, name, b64decode(text))
    return bare


def _add(bare: FastAPI, name: str, body: bytes) -> None:
    @bare.get(f"/{name}")
    async def returned() -> Response:
        return Response(body, media_type=MEDIA)

    @bare.post(f"/{name}")
    async def accepted(request: Request) -> Response:
        await request.body()
        return Response(body, 201, media_type=MEDIA)


def main() -> None:
    """Serve until ended."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    uvicorn.run(
        application(json.loads(file.read_text())), port=port, access_log=False, log_level="warning", server_header=False
    )


if __name__ == "__main__":
    main()
