"""The guide: asks the server, and shows each request, what came back and what changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from server.fhir import codec
from server.fhir.errors import Invalid
from server.fhir.resource import Json, Resource

FHIR = "application/fhir+json"
_LATER, _TRIES = (409, 429, 503), 5


class Lost(Exception):
    """The tour cannot go on; the text says why."""


@dataclass(slots=True)
class Guide:
    """Asks one server; `requests` and `changes` count what was asked and stored."""

    client: httpx.Client
    url: str
    console: Console
    requests: int = 0
    changes: int = 0
    begun: float = field(default_factory=time.monotonic)

    def title(self, number: int, name: str, sentence: str) -> None:
        """Announce a step."""
        self.console.print()
        self.console.rule(f"[bold]{number:>2}  {name}[/]", align="left", style="cyan")
        self.say(sentence)

    def say(self, sentence: str) -> None:
        """Tell something in plain words."""
        self.console.print(f"  [italic]{escape(sentence)}[/]", highlight=False, soft_wrap=True)

    def fact(self, name: str, value: object) -> None:
        """Show one thing that came back."""
        self.console.print(f"      [dim]{escape(name)}[/]  {escape(str(value))}", highlight=False, soft_wrap=True)

    def changed(self, what: str) -> None:
        """Show one thing that is stored now and was not before."""
        self.changes += 1
        self.console.print(f"      [green]+ {escape(what)}[/]", highlight=False, soft_wrap=True)

    def message(self, lines: Sequence[str], answer: str) -> None:
        """Show a message that was sent over MLLP and its acknowledgement."""
        self.requests += 1
        for line in lines:
            self.console.print(Text(f"    > {line}", style="magenta"), overflow="ellipsis", no_wrap=True)
        self.console.print(Text(f"    < {answer}", style="green" if "|AA|" in answer else "red"))

    def get(self, path: str, *, quiet: bool = False) -> Resource:
        """The answer to a GET below the FHIR base."""
        return self._body(self._asked("GET", path, None, quiet))

    def all(self, path: str) -> list[Resource]:
        """The resources that a search finds on its first page."""
        return [entry["resource"] for entry in self.get(path).get("entry", ())]

    def one(self, path: str) -> Resource:
        """The only resource that a search finds; raises Lost for none or several."""
        found = self.all(path)
        if len(found) != 1:
            raise Lost(f"{path} finds {len(found)} resources where one is expected")
        return found[0]

    def post(self, path: str, resource: Json = None, *, quiet: bool = False) -> Resource:
        """The answer to a POST that succeeds."""
        return self._stored(self._asked("POST", path, resource, quiet), quiet)

    def put(self, path: str, resource: Json) -> Resource:
        """The answer to a PUT that succeeds."""
        return self._stored(self._asked("PUT", path, resource, False), False)

    def refused(self, path: str, resource: Json) -> Resource:
        """The OperationOutcome of a POST that must not succeed."""
        answer = self._asked("POST", path, resource, False)
        if answer.status_code < 400:
            raise Lost(f"POST {path} was taken, though it should have been refused")
        return _decoded(answer)

    def text(self, path: str) -> str:
        """The text of an answer that is no resource."""
        answer = self._asked("GET", path, None, False)
        self._body(answer) if answer.is_error else None
        return answer.text

    def _asked(self, method: str, path: str, resource: Json, quiet: bool) -> httpx.Response:
        content = codec.encode(resource) if resource is not None else None
        headers = {"Accept": FHIR, **({"Content-Type": FHIR} if content else {})}
        if "_format=" in path:
            headers.pop("Accept")
        self.requests += 1
        answer = self._sent(method, f"{self.url}/{path}".rstrip("/"), content, headers)
        if not quiet:
            colour = "green" if answer.is_success else "yellow"
            self.console.print(
                f"    [bold]{method}[/] {escape(path or '(the FHIR base)')}  [{colour}]{answer.status_code}[/]",
                highlight=False,
                soft_wrap=True,
            )
        return answer

    def _sent(self, method: str, url: str, content: bytes | None, headers: dict[str, str]) -> httpx.Response:
        for attempt in range(_TRIES):
            try:
                answer = self.client.request(method, url, content=content, headers=headers)
            except httpx.RequestError as error:
                raise Lost(f"{self.url} does not answer: {str(error) or type(error).__name__}") from error
            if answer.status_code not in _LATER:
                break
            time.sleep(0.2 * (attempt + 1))
        return answer

    def _stored(self, answer: httpx.Response, quiet: bool) -> Resource:
        found = self._body(answer)
        if not quiet and "meta" in found:
            self.changed(f"{found['resourceType']}/{found['id']} version {found['meta']['versionId']}")
        return found

    def _body(self, answer: httpx.Response) -> Resource:
        found = _decoded(answer)
        if answer.is_error:
            told = "; ".join(one.get("diagnostics", one.get("code", "")) for one in found.get("issue", ())[:3])
            raise Lost(f"the server answers {answer.status_code}: {told or 'no reason'}")
        return found


def _decoded(answer: httpx.Response) -> Resource:
    try:
        return codec.decode_resource(answer.content)
    except Invalid as error:
        raise Lost(f"the server answers {answer.status_code} with what is no FHIR resource") from error
