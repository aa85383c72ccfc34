"""From the text of an expression to its tree, by precedence.

Source: http://hl7.org/fhirpath/N1/#grammar
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from server.fhirpath import moments
from server.fhirpath.errors import Unparsable
from server.fhirpath.node import BOOLEAN, DATE, DATE_TIME, DECIMAL, INTEGER, QUANTITY, STRING, TIME
from server.fhirpath.quantity import CALENDAR, Quantity
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

    def _is(self, text: str) -> bool:
        return self._next.text == text and self._next.kind in ("symbol", "name")

    def _expect(self, text: str) -> Token:
        if not self._is(text):
            raise self._unexpected(f"'{text}' is expected")
        return self._take()

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
        if self._is("+") or self._is("-"):
            return Unary(self._take().text, self._expression(_UNARY - 1))
        tree = self._term()
        while True:
            if self._is("."):
                self._take()
                tree = self._invocation(tree)
            elif self._is("["):
                self._take()
                tree = Index(tree, self._expression(0))
                self._expect("]")
            else:
                return tree

    def _term(self) -> Tree:
        if self._is("("):
            self._take()
            tree = self._expression(0)
            self._expect(")")
            return tree
        if self._is("{"):
            self._take()
            self._expect("}")
            return Literal()
        if self._is("%"):
            self._take()
            return self._constant()
        literal = _LITERALS.get(self._next.kind)
        if literal is not None:
            return self._quantity(literal(self._take()))
        if self._next.kind == "name" and self._next.text in ("true", "false"):
            return Literal(self._take().text == "true", BOOLEAN)
        return self._invocation(None)

    def _constant(self) -> Tree:
        if self._next.kind not in ("name", "string"):
            raise self._unexpected("a name is expected")
        name = self._take().text
        while self._is("-") and self._tokens[self._place + 1].kind == "name" and name in ("vs", "ext"):
            self._take()
            name += f"-{self._take().text}"
        return Variable(name)

    def _quantity(self, literal: Literal) -> Literal:
        """A number with a unit behind it is a quantity."""
        if literal.type not in (INTEGER, DECIMAL):
            return literal
        token = self._next
        if token.kind == "string" or (token.kind == "name" and token.text in CALENDAR):
            self._take()
            calendar = token.kind == "name"
            return Literal(Quantity(Decimal(literal.value), token.text, calendar), QUANTITY)
        return literal

    def _invocation(self, of: Tree | None) -> Tree:
        token = self._next
        if token.kind == "special" and of is None:
            return Variable(self._take().text)
        if token.kind != "name":
            raise self._unexpected()
        self._take()
        if not self._is("("):
            return Member(of, token.text)
        self._take()
        arguments: list[Tree] = []
        while not self._is(")"):
            arguments.append(self._expression(0))
            if not self._is(")"):
                self._expect(",")
                if self._is(")"):
                    raise self._unexpected()
        self._take()
        return Call(of, token.text, tuple(arguments), token.position)

    def _type(self) -> str:
        if self._next.kind != "name":
            raise self._unexpected("a type is expected")
        name = self._take().text
        while self._is("."):
            self._take()
            if self._next.kind != "name":
                raise self._unexpected("a type is expected")
            name += f".{self._take().text}"
        return name


def _number(token: Token) -> Literal:
    if "." in token.text:
        return Literal(Decimal(token.text), DECIMAL)
    return Literal(int(token.text), INTEGER)


def _moment(token: Token) -> Literal:
    found = moments.moment(token.text)
    if found is None:
        raise Unparsable("there is no such day or time", token.position)
    return Literal(found, DATE if token.kind == "date" else DATE_TIME)


def _time(token: Token) -> Literal:
    found = moments.time(token.text.removeprefix("T"))
    if found is None:
        raise Unparsable("there is no such time", token.position)
    return Literal(found, TIME)


_LITERALS: Mapping[str, Callable[[Token], Literal]] = {
    "string": lambda token: Literal(token.text, STRING),
    "number": _number,
    "date": _moment,
    "datetime": _moment,
    "time": _time,
}
