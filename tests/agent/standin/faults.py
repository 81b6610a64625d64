"""The API's refusals: a status and a body in its own form.

Form and codes are those that real callers report: MissingRequiredField with `id or deviceIdentifier is required.` (quoted in
christaylorcodes/ConnectWiseManageAPI#30), ApiFindCondition with `invoiceDate is not a recognized name.` and `Enum value supplied was
invalid` (public clients that quote them).
"""


class Refusal(Exception):
    """A request that is refused; `body` is what the API answers."""

    def __init__(self, status, code, message, errors=None):
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "errors": errors}


def not_found(what):
    return Refusal(404, "NotFound", f"{what} not found")


def no_condition(message):
    return Refusal(400, "ApiFindCondition", message)


def wrong(resource, faults):
    """A body that is refused: `faults` are triples of code, message and field."""
    errors = [{"code": code, "message": message, "resource": resource, "field": field} for code, message, field in faults]
    return Refusal(400, "InvalidObject", f"{resource} object is invalid", errors)


def malformed(message):
    return Refusal(400, "InvalidObject", message)
