"""From a Condition to SQL: as a source of rows that drives a search, or as a probe of one row at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.search.condition import (
    All,
    Any,
    Chain,
    Condition,
    Itself,
    Not,
    Prefix,
    Reverse,
    Span,
    Substring,
    Term,
    Valued,
)
from server.storage import spans
from server.storage.sqlite import sql
from server.storage.sqlite.keys import CLASSES, SELF, Keys, number
from server.storage.sqlite.sql import Source, Sql, Value


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must all hold."""
    if isinstance(condition, All):
        return tuple(inner for part in condition.parts for inner in parts(part))
    return (condition,)


@dataclass(frozen=True, slots=True)
class Filters:
    """Compiles for one database, whose keys these are."""

    keys: Keys

    def source(self, condition: Condition) -> Source | None:
        """The rows that match, by an index; None when no index gives them."""
        match condition:
            case Term(key):
                return sql.with_terms(self.keys.terms(key))
            case Span():
                return Source(sql.union(self._windows(condition), "UNION ALL"), Sql("1"), distinct=True)
            case Prefix(name, text):
                return Source(Sql("str t"), self._beginning("t", name, text), distinct=True)
            case Substring(name, text):
                return Source(Sql("str t"), self._containing("t", name, text), distinct=True)
            case Any(choices):
                return self._any(choices)
            case All(members):
                return self._all(members)
            case Itself(reference):
                return sql.with_terms(self.keys.itself(reference))
            case Chain(name, part):
                return self._linked(part, SELF, name)
            case Reverse(name, part):
                return self._linked(part, name, SELF)
            case Not() | Valued():
                return None

    def _any(self, choices: tuple[Condition, ...]) -> Source | None:
        keys, others = self._apart(choices)
        if not others and keys:
            return sql.with_terms(keys)
        known: list[Sql] = []
        for one in others:
            rows = self._rows(one)
            if not rows:
                return None
            known += rows
        if not known:
            return None
        terms = [Source(Sql("term t"), sql.one_of("t.k", keys)).rows] if keys else []
        return Source(sql.union([*terms, *known], "UNION ALL"), Sql("1"), distinct=True)

    def _rows(self, condition: Condition) -> list[Sql]:
        """Statements whose rows together match, by an index; none when no index gives them."""
        if isinstance(condition, Span):
            return self._windows(condition)
        source = self.source(condition)
        return [] if source is None else [source.rows]

    def _apart(self, choices: Iterable[Condition]) -> tuple[tuple[int, ...], list[Condition]]:
        """The keys of the terms among alternatives and alternatives within them, and all that are no terms."""
        keys: list[int] = []
        others: list[Condition] = []
        for one in choices:
            match one:
                case Term(key):
                    keys += self.keys.terms(key)
                case Itself(reference):
                    keys += self.keys.itself(reference)
                case Any(inner):
                    within = self._apart(inner)
                    keys += within[0]
                    others += within[1]
                case _:
                    others.append(one)
        return tuple(keys), others

    def _all(self, members: tuple[Condition, ...]) -> Source | None:
        """The first member that has an index, the others as probes of it."""
        for place, member in enumerate(members):
            source = self.source(member)
            if source is not None:
                others = members[:place] + members[place + 1 :]
                where = sql.joined([source.where, *map(self.probe, others)], "AND")
                return Source(source.tables, where, source.distinct)
        return None

    def _linked(self, part: Condition, own: str, other: str) -> Source | None:
        """Rows that have under the name `other` what those that match `part` have under `own`; by that part's index."""
        found = self.source(part)
        if found is None:
            return None
        rows, there = found.rows, self.keys.name(other)
        tables = Sql(
            f"({rows.text}) i CROSS JOIN facets l CROSS JOIN json_each(l.links) n CROSS JOIN term t", rows.values
        )
        linked = f"l.rid=i.rid AND {sql.NAME.format('n')}=? AND t.k={sql.key_of('n')}"
        where = Sql(linked, (self.keys.name(own), there, there))
        return Source(tables, where, distinct=True)

    def probe(self, condition: Condition, depth: int = 0) -> Sql:
        """Whether the row `t.rid` matches, or at some depth of links the row `s1.rid`, `s2.rid` and so on."""
        match condition:
            case Term(key):
                return sql.exists("term", depth, sql.one_of("p.k", self.keys.terms(key)))
            case Span(name):
                first = self.keys.parameter(name)
                within = Sql("p.k BETWEEN ? AND ?", (first, first + CLASSES - 1))
                return sql.exists("val", depth, sql.joined([within, *_bounds(condition, "p")], "AND"))
            case Prefix(name, text):
                return sql.exists("sval", depth, self._beginning("p", name, text))
            case Substring(name, text):
                return sql.exists("sval", depth, self._containing("p", name, text))
            case Valued(name):
                return sql.exists("facets", depth, Sql("instr(p.valued,?)>0", (self.keys.octets(name),)))
            case Itself(reference):
                return sql.exists("term", depth, sql.one_of("p.k", self.keys.itself(reference)))
            case Chain(name, part):
                return self._link(part, name, SELF, depth)
            case Reverse(name, part):
                return self._link(part, SELF, name, depth)
            case All(members):
                return sql.joined([self.probe(one, depth) for one in members], "AND") if members else Sql("1")
            case Any(choices):
                keys, others = self._apart(choices)
                terms = [sql.exists("term", depth, sql.one_of("p.k", keys))] if keys else []
                probes = [*terms, *(self.probe(one, depth) for one in others)]
                return sql.joined(probes, "OR") if probes else Sql("0")
            case Not(part):
                inner = self.probe(part, depth)
                return Sql(f"NOT ({inner.text})", inner.values)

    def _link(self, part: Condition, own: str, other: str, depth: int) -> Sql:
        """Whether a row that matches `part` has under the name `other` what this row has under `own`."""
        links, link, there = f"l{depth}", f"n{depth}", f"s{depth + 1}"
        inner, name = self.probe(part, depth + 1), self.keys.name(other)
        linked = f"{links}.rid={sql.row(depth)} AND {sql.NAME.format(link)}=? AND {there}.k={sql.key_of(link)}"
        tables = f"facets {links} CROSS JOIN json_each({links}.links) {link} CROSS JOIN term {there}"
        values = (self.keys.name(own), name, name, *inner.values)
        return Sql(f"EXISTS(SELECT 1 FROM {tables} WHERE {linked} AND {inner.text})", values)

    def _beginning(self, alias: str, name: str, text: str) -> Sql:
        where, after = f"{alias}.k=? AND {alias}.v>=?", _successor(text)
        values: tuple[Value, ...] = (self.keys.parameter(name), text)
        return Sql(f"{where} AND {alias}.v<?", (*values, after)) if after else Sql(where, values)

    def _containing(self, alias: str, name: str, text: str) -> Sql:
        return Sql(f"{alias}.k=? AND instr({alias}.v,?)>0", (self.keys.parameter(name), text))

    def _windows(self, span: Span) -> list[Sql]:
        key, found = self.keys.parameter(span.parameter), []
        for window in spans.windows(span):
            bounds = [Sql("w.k=?", (key + window.class_,)), *_bounds(span, "w")]
            if window.low_from is not None:
                bounds.append(Sql("w.lo>=?", (number(window.low_from),)))
            if window.low_to is not None:
                bounds.append(Sql("w.lo<=?", (number(window.low_to),)))
            where = sql.joined(bounds, "AND")
            found.append(Sql(f"SELECT w.rid FROM rng w WHERE {where.text}", where.values))
        return found


def _bounds(span: Span, alias: str) -> list[Sql]:
    stated = (
        (f"{alias}.lo>=?", span.low_from),
        (f"{alias}.lo<?", span.low_before),
        (f"{alias}.hi>?", span.high_after),
        (f"{alias}.hi<=?", span.high_to),
    )
    return [Sql(text, (number(value),)) for text, value in stated if value is not None]


def _successor(text: str) -> str:
    """The least text after all that begin with this one; empty when there is none."""
    for place in range(len(text) - 1, -1, -1):
        code = ord(text[place])
        if code < 0x10FFFF:
            following = 0xE000 if code == 0xD7FF else code + 1  # surrogates are no characters
            return text[:place] + chr(following)
    return ""
