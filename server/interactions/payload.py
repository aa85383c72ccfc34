"""The resource that a create or update brings.

Source: http://hl7.org/fhir/R4/http.html#create
"""

from __future__ import annotations

import re

from server.fhir.errors import Invalid
from server.fhir.resource import Resource
from server.interactions.engine import Engine
from server.interactions.request import Request

_id = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def checked(engine: Engine, request: Request, type: str) -> Resource:
    """The request's body, valid and of the type of the URL; raises Invalid with every issue."""
    return validated(engine, of_type(request, type))


def validated(engine: Engine, resource: Resource) -> Resource:
    """The resource, which is valid; raises Invalid with every issue."""
    issues = engine.validate(resource)
    if any(issue.failed for issue in issues):
        raise Invalid("the resource is not valid", issues=issues)
    return resource


def of_type(request: Request, type: str) -> Resource:
    """The request's body, of the type of the URL; raises Invalid."""
    if request.body is None:
        raise Invalid(f"a {type} is expected in the body")
    if request.body.get("resourceType") != type:
        raise Invalid(f"the URL asks for a {type}, the body is another type", expression="resourceType")
    return request.body


def of_id(request: Request, type: str, id: str) -> Resource:
    """The request's body, of the type and with the id of the URL; raises Invalid."""
    resource = of_type(request, type)
    if resource.get("id") != logical_id(id):
        raise Invalid("the id of the resource must be that of the URL", expression=f"{type}.id")
    return resource


def logical_id(text: str) -> str:
    """The text, when it can be the id of a resource; raises Invalid."""
    if _id.fullmatch(text) is None:
        raise Invalid("an id has 1 to 64 letters, digits, hyphens and dots", expression="id")
    return text
