"""From the text of an expression to its tree, by precedence.

Source: http://hl7.org/fhirpath/N1/#grammar
"""

from __future__ import annotations

from collections.abc import Mapping

from server.fhirpath import literals
from server.fhirpath.errors import Unparsable
from server.fhirpath.tokens import Token, tokens
from server.fhirpath.tree import Binary, Call, Index, Literal, Member, Tree, TypeTest, Unary, Variable

DEPTH = 100
"""How deeply an expression may nest."""

PRECEDENCE: Mapping[str, int] = {
    **dict.fromkeys(("*", "/", "div", "mod"), 11),
    **dict.fromkeys(("+", "-", "&"), 10),
    **dict.fromkeys(("is", "as"), 9),
    "|": 8,
    **dict.fromkeys((">", "<", "<=", ">="), 7),
    **dict.fromkeys(("=", "~", "!=", "!~"), 6),
    **dict.fromkeys(("in", "contains"), 5),
    "and": 4,
    **dict.fromkeys(("or", "xor"), 3),
    "implies": 2,
}
"""How tightly each operator binds; all associate to the left."""
_UNARY = 12
_HYPHENATED = ("vs", "ext")
"""How external constants begin that may be written with hyphens."""


def parse(text: str) -> Tree:
    """The tree of an expression; raises Unparsable."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._place = 0
        self._depth = 0

    def whole(self) -> Tree:
        tree = self._expression(0)
        if self._next.kind != "end":
            raise self._unexpected()
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _accept(self, text: str) -> bool:
        """Take the next token if it is this symbol."""
        found = self._next.text == text and self._next.kind == "symbol"
        self._place += found
        return found

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(f"'{text}' is expected")

    def _unexpected(self, problem: str = "") -> Unparsable:
        token = self._next
        found = "it ends too early" if token.kind == "end" else "there is something unexpected"
        return Unparsable(problem or found, token.position)

    def _expression(self, least: int) -> Tree:
        self._depth += 1
        if self._depth > DEPTH:
            raise Unparsable("it nests too deeply", self._next.position)
        tree = self._operand()
        while (strength := self._strength()) > least:
            operator = self._take().text
            if operator in ("is", "as"):
                tree = TypeTest(operator, tree, self._type())
            else:
                tree = Binary(operator, tree, self._expression(strength))
        self._depth -= 1
        return tree

    def _strength(self) -> int:
        return PRECEDENCE.get(self._next.text, 0) if self._next.kind in ("symbol", "name") else 0

    def _operand(self) -> Tree:
        for sign in ("+", "-"):
            if self._accept(sign):
                return Unary(sign, self._expression(_UNARY - 1))
        tree = self._term()
        while True:
            if self._accept("."):
                tree = self._invocation(tree)
            elif self._accept("["):
                tree = Index(tree, self._expression(0))
                self._expect("]")
            else:
                return tree

    def _term(self) -> Tree:
        if self._accept("("):
            tree = self._expression(0)
            self._expect(")")
            return tree
        if self._accept("{"):
            self._expect("}")
            return Literal()
        if self._accept("%"):
            return self._constant()
        if self._next.kind == "special":
            return Variable(self._take().text)
        found = literals.literal(self._next)
        return self._invocation(None) if found is None else self._measured(found)

    def _measured(self, found: Literal) -> Literal:
        """A literal, with the unit behind it."""
        self._take()
        quantity = literals.quantity(found, self._next)
        if quantity is None:
            return found
        self._take()
        return quantity

    def _constant(self) -> Tree:
        name = self._name("string")
        while name.startswith(_HYPHENATED) and self._accept("-"):
            name += f"-{self._name()}"
        return Variable(name)

    def _invocation(self, of: Tree | None) -> Tree:
        position = self._next.position
        name = self._name()
        if not self._accept("("):
            return Member(of, name)
        return Call(of, name, self._arguments(), position)

    def _arguments(self) -> tuple[Tree, ...]:
        if self._accept(")"):
            return ()
        found = [self._expression(0)]
        while not self._accept(")"):
            self._expect(",")
            found.append(self._expression(0))
        return tuple(found)

    def _type(self) -> str:
        name = self._name()
        while self._accept("."):
            name += f".{self._name()}"
        return name

    def _name(self, *more: str) -> str:
        if self._next.kind not in ("name", "delimited", *more):
            raise self._unexpected()
        return self._take().text
