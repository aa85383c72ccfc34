"""Selectors of XML Patch: the part of XPath 1.0 that finds one node, and conditions on what is below a node.

    selector   = ["/"] step *("/" step)
    step       = "@" name / (name / "*" / "text()" / "comment()") *("[" predicate "]")
    predicate  = number / (("." / selector) ["=" string])

A prefix is one that the patch declares, else `f` for FHIR or `h` for XHTML; a name without one is of the default
namespace, of FHIR where the patch declares none.
Sources: https://www.rfc-editor.org/rfc/rfc5261#section-4.1, http://hl7.org/fhir/R4/http.html#patch
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from server.fhir.codec import DEPTH_LIMIT
from server.fhir.xml_shapes import FHIR, XHTML
from server.patching import xml_steps
from server.patching.operations import Unreadable
from server.patching.xml_steps import Follow, Selector, Test
from server.patching.xml_tree import XML, Comment, Element, Name

LENGTH = 4_000
"""How many characters a selector may have."""
PREFIXES: Mapping[str, str] = {"f": FHIR, "h": XHTML, "xml": XML}
"""Prefixes that no patch needs to declare."""

_token = re.compile(
    r"""\s*(?:(?P<node>(?:text|comment)\(\s*\))
    |(?P<name>[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?)
    |(?P<number>[1-9][0-9]{0,8})
    |(?P<string>"[^"]*"|'[^']*')
    |(?P<symbol>[/@*.=\[\]]))\s*""",
    re.VERBOSE,
)


def read(text: str, scope: Mapping[str, str]) -> Selector:
    """The selector of a text where these namespaces are in scope by their prefixes; raises Unreadable."""
    return _Parser(text, scope).whole()


def attribute_name(text: str, scope: Mapping[str, str]) -> Name:
    """The name of an attribute that is written as a selector writes it; raises Unreadable."""
    return _Parser(text, scope).attribute()


class _Parser:
    def __init__(self, text: str, scope: Mapping[str, str]) -> None:
        self._tokens = [*_tokens(text), ("end", "")]
        self._scope = {**PREFIXES, **scope}
        self._count = 0

    def whole(self) -> Selector:
        self._accept("/")
        found = self._path()
        if self._tokens[0][0] != "end":
            raise _unreadable()
        return found

    def attribute(self) -> Name:
        found = self._name("") if self._accept("@") else None
        if found is None or self._tokens[0][0] != "end":
            raise Unreadable("the type of what is added is @ and the name of an attribute, if anything")
        return found

    def _path(self) -> Selector:
        steps = [*self._step()]
        while self._accept("/"):
            steps += self._step()
        return Selector(tuple(steps))

    def _step(self) -> Iterator[Follow]:
        self._count += 1
        if self._count > DEPTH_LIMIT:
            raise Unreadable(f"a selector has at most {DEPTH_LIMIT} steps")
        if self._accept("@"):
            yield xml_steps.attribute(self._name(""))
            return
        yield xml_steps.children(self._test())
        while self._accept("["):
            yield self._predicate()
            if not self._accept("]"):
                raise _unreadable()

    def _test(self) -> Test:
        kind, text = self._tokens[0]
        if kind == "node":
            self._tokens.pop(0)
            wanted = _NODES[text.partition("(")[0]]
            return lambda one: isinstance(one, wanted)
        if self._accept("*"):
            return lambda one: isinstance(one, Element)
        name = self._name(self._scope.get("", FHIR))
        return lambda one: isinstance(one, Element) and one.name == name

    def _predicate(self) -> Follow:
        kind, text = self._tokens[0]
        if kind == "number":
            self._tokens.pop(0)
            return xml_steps.nth(int(text))
        path = Selector(()) if self._accept(".") else self._path()
        return xml_steps.where(path, self._string() if self._accept("=") else None)

    def _string(self) -> str:
        kind, text = self._tokens.pop(0)
        if kind != "string":
            raise _unreadable()
        return text[1:-1]

    def _name(self, default: str) -> Name:
        kind, text = self._tokens.pop(0)
        if kind != "name":
            raise _unreadable()
        prefix, colon, local = text.partition(":")
        if not colon:
            return default, prefix
        if prefix not in self._scope:
            raise Unreadable("a selector has a prefix that is not declared")
        return self._scope[prefix], local

    def _accept(self, symbol: str) -> bool:
        found = self._tokens[0] == ("symbol", symbol)
        if found:
            self._tokens.pop(0)
        return found


_NODES: Mapping[str, type] = {"text": str, "comment": Comment}


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    if len(text) > LENGTH:
        raise Unreadable(f"a selector has at most {LENGTH:,} characters")
    place = 0
    while place < len(text):
        found = _token.match(text, place)
        if found is None or found.lastgroup is None:
            raise _unreadable()
        yield found.lastgroup, found[found.lastgroup]
        place = found.end()


def _unreadable() -> Unreadable:
    return Unreadable("sel is no selector of RFC 5261")
