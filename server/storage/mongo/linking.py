"""Conditions on what a resource refers to, and on what refers to it.

Where few resources meet the part of a link, what they are linked to is asked for by name. Where many do, each candidate
is joined with what it is linked to, so no list of names is ever long.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from server.search.condition import All, Any, Chain, Condition, Itself, Link, Not, Reverse, Term
from server.storage.mongo import filters, keys
from server.storage.mongo.schema import CURRENT, Document

FEW = 1_000
"""Up to how many resources a link is followed from by name."""

Names = Callable[[Condition, int], Awaitable[list[Document] | None]]
"""The `_id` and links of the resources that meet a condition, None when they are more than so many."""


async def followed(condition: Condition, names: Names) -> Condition:
    """The condition with each link whose part few resources meet replaced by the names that it comes to.

    What an earlier server wrote has no links until it is reindexed.
    """
    match condition:
        case All(parts):
            return All(tuple([await followed(one, names) for one in parts]))
        case Any(parts):
            return Any(tuple([await followed(one, names) for one in parts]))
        case Not(part):
            return Not(await followed(part, names))
        case Chain(parameter, part):
            inner = await followed(part, names)
            found = await names(inner, FEW)
            if found is None:
                return Chain(parameter, inner)
            return Any(tuple(Term(f"{parameter}={one['_id']}") for one in found))
        case Reverse(parameter, part):
            inner = await followed(part, names)
            found = await names(inner, FEW)
            if found is None:
                return Reverse(parameter, inner)
            linked = dict.fromkeys(to for one in found for to in one.get("l", {}).get(keys.link(parameter), ()))
            return Any(tuple(map(Itself, linked)))
        case _:
            return condition


@dataclass(slots=True)
class Joins:
    """The stages of an aggregation that join candidates with what they are linked to, each into a field of its own."""

    stages: list[Document] = field(default_factory=list)

    def test(self, link: Link) -> Document:
        """A filter that holds behind the stages where the link does."""
        place = len(self.stages)
        inner = Joins()
        matched = filters.test(link.part, inner.test)
        within = [{"$match": {"t": keys.LIVE}}, *inner.stages, {"$match": matched}, *_ANY]
        joined: Document = {"from": CURRENT, "pipeline": within, "as": f"j{place}"}
        if isinstance(link, Chain):
            own, there = f"l.{keys.link(link.parameter)}", "_id"
        else:
            own, there = f"k{place}", "t"
            self.stages.append({"$set": {own: {"$concat": [f"={link.parameter}=", "$_id"]}}})
        self.stages.append({"$lookup": {**joined, "localField": own, "foreignField": there}})
        return {f"j{place}.0": {"$exists": True}}


_ANY: tuple[Document, ...] = ({"$limit": 1}, {"$project": {"_id": 1}})
