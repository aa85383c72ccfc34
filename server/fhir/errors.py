"""Expected failures, each with its HTTP status and issue code.

    FhirError                     500 exception
      Invalid                     400 invalid          unreadable request
      TooCostly                   400 too-costly       a search that would take too long
      Unauthenticated             401 login
      Forbidden                   403 forbidden
      NotFound                    404 not-found
      NotAllowed                  405 not-supported
      NotAcceptable               406 not-supported
      Conflict                    409 conflict
      Gone                        410 deleted
      PreconditionFailed          412 conflict         If-Match, more than one match
      TooLarge                    413 too-long
      UnsupportedMedia            415 not-supported
      Unprocessable               422 processing       profile or business rule; carries every Issue
      Unavailable                 503 transient

Source: http://hl7.org/fhir/R4/http.html#Status-Codes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.fhir.outcome import Issue


class FhirError(Exception):
    """A failure that its reader gets as an OperationOutcome. No text carries patient data."""

    status = 500
    code = "exception"

    def __init__(self, diagnostics: str, *, expression: str = "", issues: Sequence[Issue] = ()) -> None:
        super().__init__(diagnostics)
        self.issues = tuple(issues) or (Issue("error", self.code, diagnostics, expression),)

    @property
    def headers(self) -> Mapping[str, str]:
        """What HTTP says of such a failure beside its status."""
        return {}


class Invalid(FhirError):
    """The request cannot be read."""

    status = 400
    code = "invalid"


class TooCostly(FhirError):
    """The search would take too long; the text says so, and that it must be narrowed."""

    status = 400
    code = "too-costly"


class Unauthenticated(FhirError):
    """Nobody is signed in."""

    status = 401
    code = "login"

    @property
    def headers(self) -> Mapping[str, str]:
        """How to sign in."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(FhirError):
    """The one who asks may not."""

    status = 403
    code = "forbidden"


class NotFound(FhirError):
    """There is no such thing."""

    status = 404
    code = "not-found"


class NotAllowed(FhirError):
    """The interaction is not offered here; `allow` are the methods that are."""

    status = 405
    code = "not-supported"
    allow: Sequence[str] = ()

    @classmethod
    def but(cls, allow: Sequence[str]) -> NotAllowed:
        """The failure of a method where only these are offered."""
        error = cls(f"this method is not offered here, but {', '.join(allow)}")
        error.allow = allow
        return error

    @property
    def headers(self) -> Mapping[str, str]:
        """The methods that are offered."""
        return {"Allow": ", ".join(self.allow)} if self.allow else {}


class NotAcceptable(FhirError):
    """No offered format is acceptable to the client."""

    status = 406
    code = "not-supported"


class Conflict(FhirError):
    """The write cannot be reconciled with what is stored."""

    status = 409
    code = "conflict"


class Gone(FhirError):
    """The resource was here and has been deleted."""

    status = 410
    code = "deleted"


class PreconditionFailed(FhirError):
    """A stated version or condition does not hold."""

    status = 412
    code = "conflict"


class TooLarge(FhirError):
    """The body exceeds a limit."""

    status = 413
    code = "too-long"


class AddressTooLong(FhirError):
    """The address exceeds a limit."""

    status = 414
    code = "too-long"


class UnsupportedMedia(FhirError):
    """The body is in a format that is not read here."""

    status = 415
    code = "not-supported"


class Unprocessable(FhirError):
    """The content breaks a profile or a business rule."""

    status = 422
    code = "processing"


class HeadersTooLarge(FhirError):
    """The headers exceed a limit."""

    status = 431
    code = "too-long"


class Unavailable(FhirError):
    """The store cannot answer now; asking again later may help."""

    status = 503
    code = "transient"

    @property
    def headers(self) -> Mapping[str, str]:
        """When to ask again, in seconds."""
        return {"Retry-After": "1"}
