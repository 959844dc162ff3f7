"""The exception tree. Each message is a whole sentence that a person can act on.

::

    GenwidgetError
    ├── InvalidRequest              the values cannot be sent; carries ``problems``
    │   ├── InvalidModelType
    │   ├── UnknownModel
    │   └── InvalidEndpointPath
    ├── KeyNotLocked
    │   └── WrongKey                of another host, or not the one that a run was sent with
    ├── InvalidApiKey
    ├── ConfigurationError          a region, a base URL, a missing extra
    ├── ShutDown                    asked for after this process began to end
    ├── TransportError              no readable answer; ``may_have_started`` tells whether a paid POST may have
    │   ├── Interrupted
    │   ├── ClientClosed            asked for after the client was closed
    │   ├── ConnectionFailed
    │   │   ├── ConnectionClosed
    │   │   │   └── ResponseIncomplete
    │   │   └── InvalidHttpResponse
    │   ├── RequestTimedOut
    │   ├── ResponseTooLarge
    │   ├── ResponseEncoded
    │   ├── InvalidJsonResponse
    │   └── UnexpectedReply
    ├── ApiError                    the API answered with an error
    │   ├── AuthenticationFailed    401
    │   ├── PermissionRefused       403
    │   ├── InsufficientCredits     402
    │   ├── NotFound                404
    │   ├── Conflict                409
    │   ├── InputRefused            400, 413, 422
    │   ├── RateLimited             429
    │   └── ServerFailed            5xx
    ├── RunError                    a run that did not end in outputs; carries ``run``
    │   ├── RunFailed
    │   ├── RunCanceled
    │   ├── RunRefused
    │   ├── RunUnreached
    │   ├── RunUnsent
    │   ├── RunLost
    │   └── DeadlinePassed
    │       └── ProcessEnded
    ├── NotSent                     why a run that waited for its turn is ``unsent``
    ├── ResumeRefused
    ├── OutputUnavailable
    ├── NoRecipe                    a file without a recipe, or with none that can be read
    ├── PasteRefused                what was pasted is no request, or none that can be read
    ├── RecipeNotEmbedded           a file that takes no recipe
    ├── NoSuchOutput                also an IndexError
    ├── OutputNotSaved              also an OSError
    │   └── OutputExists            also a FileExistsError
    ├── SpendLimitReached
    ├── PriceUnknown
    ├── NoSuchBatch
    ├── BatchHeld                   another process carries it
    ├── StopIfNeeded                a batch begun with ``stop_if``, opened without it
    ├── BatchStopped                by an error that all its items would meet; carries ``batch``
    └── LedgerError
"""

from typing import TYPE_CHECKING, Any, Final, Literal

from genwidget import own_frames
from genwidget.messages import render
from genwidget.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

#: Why no connection to a host was made; empty where one was, or where nobody knows.
Unreached = Literal["", "name", "route", "refused", "certificate", "tls", "timed_out", "environment", "other"]
#: What a request does at the API: start the generation of a run that can be resumed, or one for a caller of the client,
#: change something else, or only read.
Effect = Literal["run", "generation", "change", "read"]

#: What can be done where a request may have arrived and no readable answer came.
_UNANSWERED: Final[dict[Effect, str]] = {
    "run": "may_have_started",
    "generation": "may_have_started_call",
    "change": "may_be_done",
    "read": "only_read",
}


class GenwidgetError(Exception):
    """Base of all; ``code`` keys its sentence in :mod:`genwidget.messages` where it has one, ``advice`` what to do."""

    code: str = ""
    advice: str = ""

    #: How often the request was tried in all; 0 where nothing was sent.
    attempts: int = 0

    def __init__(self, message: str | None = None, /, **values: object) -> None:
        """Take a whole sentence, or the values of the class's own one."""
        super().__init__(render(self.code, **values) if message is None else shown(message))

    @property
    def message(self) -> str:
        """The sentence."""
        return str(self.args[0])

    @property
    def next_step(self) -> str:
        """What can be done about it, or an empty text."""
        return render(self.advice) if self.advice else ""

    def _render_traceback_(self) -> list[str]:
        """What IPython asks for."""
        return own_frames.rendered(self)


class InvalidRequest(GenwidgetError):
    """The values cannot be sent; ``problems`` lists every fault found, in schema order.

    ``hint`` names what may have been meant, or is empty. It follows the sentence where the error is printed, and is in
    ``next_step``; ``message`` is the sentence alone.
    """

    advice = "nothing_sent"

    def __init__(
        self, message: str | None = None, /, *, problems: "Sequence[Any]" = (), hint: str = "", **values: object
    ) -> None:
        super().__init__(message, **values)
        self.problems = list(problems)
        self.hint = hint.strip()

    def __str__(self) -> str:
        """Return the sentence, and what may have been meant."""
        return f"{self.message.rstrip('.')}. {self.hint}" if self.hint else self.message

    @property
    def next_step(self) -> str:
        """What may have been meant, and that nothing was sent."""
        return f"{self.hint} {super().next_step}".strip()


class InvalidModelType(InvalidRequest):
    """A model type other than ``image`` or ``video``. Printed, it is the sentence alone; its hint is a note of it."""

    code = "invalid_model_type"

    def __init__(self, message: str | None = None, /, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        if self.hint:
            self.add_note(self.hint)

    def __str__(self) -> str:
        """Return the sentence."""
        return self.message


class UnknownModel(InvalidRequest):
    """An identifier that the catalogue does not know."""

    code = "unknown_model"


class InvalidEndpointPath(InvalidRequest):
    """An identifier that does not give ``/v1/generate/{type}/{lab}/{name}``."""

    code = "invalid_endpoint_path"


class KeyNotLocked(GenwidgetError):
    """Something that needs a key was asked for while none is locked."""

    code = "key_not_locked"
    advice = "nothing_sent"


class WrongKey(KeyNotLocked):
    """The key at hand is of another host, or not the one that a run was sent with; it was sent nowhere."""


class InvalidApiKey(GenwidgetError):
    """The key has characters or a form that no key has; the key itself is never in the message.

    ``hint`` says what keys look like; it stands beside the sentence: in the traceback, and in ``next_step``.
    """

    code = "invalid_key_format"

    def __init__(self, message: str | None = None, /, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        if hint:
            self.add_note(hint)

    @property
    def next_step(self) -> str:
        """What keys look like."""
        return self.hint


class ConfigurationError(GenwidgetError):
    """A region, a base URL or a missing extra keeps the client from starting."""


class ShutDown(GenwidgetError, RuntimeError):
    """Something was asked for after genwidget had been shut down in this process, as it is when the process ends."""

    code = "runner_closed"


class TransportError(GenwidgetError):
    """No readable answer came.

    ``may_have_started`` tells whether the request's bytes may have reached the API, and ``effect`` what they do there;
    ``status_code`` is the HTTP status where one was read.
    """

    effect: Effect = "run"

    def __init__(
        self,
        message: str | None = None,
        /,
        *,
        may_have_started: bool = False,
        status_code: int | None = None,
        **values: object,
    ) -> None:
        super().__init__(message, **values)
        self.may_have_started = may_have_started
        self.status_code = status_code

    @property
    def next_step(self) -> str:
        """That nothing was sent; else how to learn what became of it."""
        return render(_UNANSWERED[self.effect] if self.may_have_started else "nothing_sent")


class Interrupted(TransportError):
    """The process that sent the request ended before an answer was kept."""

    code = "interrupted"


class ClientClosed(TransportError):
    """Something was asked of a client after it had been closed; a client is made for each ``with``."""

    code = "client_closed"


class NotSent(GenwidgetError):
    """A run was not sent while it waited for its turn; ``code`` is ``unsent_credits`` or ``unsent_ended``."""

    def __init__(self, code: str) -> None:
        super().__init__(render(code))
        self.code = code
        self.advice = f"advice_{code}"


class ConnectionFailed(TransportError):
    """The host could not be reached; ``host`` is in the sentence. Subclasses tell what else kept its answer away.

    ``reason`` is why no connection was made, where that is so; ``why`` says it in a sentence.
    """

    code = "unreachable"

    def __init__(self, message: str | None = None, /, *, reason: Unreached = "", **values: Any) -> None:
        super().__init__(message, **values)
        self.reason = reason

    @property
    def why(self) -> str:
        """Why no connection was made, or an empty text."""
        return render(f"unreached_{self.reason}") if self.reason else ""

    @property
    def next_step(self) -> str:
        """Why no connection was made, and that nothing was sent; else how to learn what became of it."""
        return f"{self.why} {super().next_step}".lstrip()


class ConnectionClosed(ConnectionFailed):
    """The host was reached, and the connection was closed or reset before a byte of an answer came."""

    code = "closed_unanswered"


class ResponseIncomplete(ConnectionClosed):
    """The connection was closed or reset in the middle of the answer."""

    code = "broke_off"


class InvalidHttpResponse(ConnectionFailed):
    """The bytes of the answer break the rules of HTTP: no status line, two lengths, rubbish between chunks."""

    code = "invalid_http"


class RequestTimedOut(TransportError):
    """The time limit of one request passed."""

    code = "request_timed_out"


class ResponseTooLarge(TransportError):
    """The body passed the limit; reading stopped there."""

    code = "response_too_large"


class ResponseEncoded(TransportError):
    """The body is compressed, which no request asks for; nothing of it was decoded."""

    code = "response_encoded"


class InvalidJsonResponse(TransportError):
    """The body is not JSON."""

    code = "invalid_json"


class UnexpectedReply(TransportError):
    """The body is JSON of a shape that the contract does not have; ``where`` names the first fault."""

    code = "unexpected_reply"


class ApiError(GenwidgetError):
    """The API answered with an error; the message is the server's own.

    Attributes:
        status_code: the HTTP status.
        api_code: such as ``BSE1004``; ``HTTP_502`` where the body is no error envelope.
        api_type: such as ``insufficient_credits``.
        retryable: what the body says, else true for 429 and 5xx.
        is_stated: whether the body itself said so.
        request_id: such as ``req_a1b2c3d4``, or None.
        details: the envelope's ``details``, or an empty dict.
        provider_errors: one dict per provider tried, or an empty list.
        retry_after_s: seconds to wait, or None.
        body: the decoded JSON.
        reply: the whole answer, with its bytes and timing, or None.
        rate_limit: the account's window as the answer told it (:class:`genwidget.api.http_response.RateLimit`), or
            None.
        may_have_started: whether a request that was answered so may have had its effect all the same: an earlier try
            of it had no readable answer, or this one is a gateway's.
    """

    may_have_started = False
    advice = "advice_unknown"

    def __init__(  # noqa: PLR0913 - one keyword per part of the envelope
        self,
        message: str,
        /,
        *,
        status_code: int,
        api_code: str,
        api_type: str = "api_error",
        retryable: bool = False,
        is_stated: bool = False,
        request_id: str | None = None,
        details: "Mapping[str, Any] | None" = None,
        provider_errors: "Sequence[Mapping[str, Any]]" = (),
        retry_after_s: float | None = None,
        body: Any = None,
        reply: Any = None,
        rate_limit: Any = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.api_code = api_code
        self.api_type = api_type
        self.retryable = retryable
        self.is_stated = is_stated
        self.request_id = request_id
        self.details = dict(details or {})
        self.provider_errors = [dict(one) for one in provider_errors]
        self.retry_after_s = retry_after_s
        self.body = body
        self.reply = reply
        self.rate_limit = rate_limit

    @property
    def next_step(self) -> str:
        """That it may have had its effect; else how long the API asks to wait; else what its kind lets one do."""
        if self.may_have_started:
            return render("may_be_done")
        if self.retry_after_s is not None:
            return render("retry_after", seconds=f"{self.retry_after_s:g}")
        if self.api_code.startswith("HTTP_") and not self.retryable:
            return render("advice_foreign")
        return super().next_step


class AuthenticationFailed(ApiError):
    """401: no key, a wrong, expired or revoked one, or one of another region."""

    advice = "advice_key"


class PermissionRefused(ApiError):
    """403: a scope is missing, or the address is not allowed."""

    advice = "advice_scope"


class InsufficientCredits(ApiError):
    """402: the balance is too low."""

    advice = "advice_credits"


class NotFound(ApiError):
    """404: no such model, generation or account."""

    advice = "advice_not_found"


class Conflict(ApiError):
    """409: an idempotency key in use, or a generation that cannot be canceled."""

    advice = "advice_conflict"

    def take_as_of_cancel(self) -> None:
        """Advise as after a cancel: no second one helps."""
        self.advice = "advice_ended"


class InputRefused(ApiError):
    """400, 413 or 422: the body or a file in it was refused."""

    advice = "advice_input"


class RateLimited(ApiError):
    """429: too many requests, or too many running generations."""

    advice = "advice_later"


class ServerFailed(ApiError):
    """5xx: the API or every provider failed."""

    advice = "advice_later"


class RunError(GenwidgetError):
    """A run that did not end in outputs; ``run`` is that run."""

    def __init__(self, message: str, /, *, run: Any = None) -> None:
        super().__init__(message)
        self.run = run


class RunFailed(RunError):
    """The generation failed at the API."""


class RunCanceled(RunError):
    """The generation was canceled."""


class RunRefused(RunError):
    """The API refused the request; nothing was made."""


class RunUnreached(RunError):
    """The API was not reached, so nothing was made; ``run.resume()`` sends the same request again."""

    advice = "nothing_sent"


class RunUnsent(RunError):
    """It waited for its turn, which did not come: the account had no credits, or the process ended.

    Nothing was made; ``run.resume()`` sends it as the same intent.
    """


class RunLost(RunError):
    """The paid POST had no readable answer; ``run.resume()`` asks again with the same idempotency key."""

    advice = "may_have_started"


class DeadlinePassed(RunError):
    """Our own limit passed; the generation may go on at the API."""

    advice = "deadline_explained_run"


class ProcessEnded(DeadlinePassed):
    """The process that followed the generation ended before it did; the generation may go on at the API."""

    code = "process_ended"


class ResumeRefused(GenwidgetError):
    """A run cannot be resumed; the sentence says why and what to check."""


class OutputUnavailable(GenwidgetError):
    """An output cannot be fetched or shown: expired, too large, not at a public address, or no picture.

    ``may_come`` tells whether its server said that it can be fetched later.
    """

    def __init__(self, message: str | None = None, /, *, may_come: bool = False, **values: object) -> None:
        super().__init__(message, **values)
        self.may_come = may_come


class OutputNotSaved(GenwidgetError, OSError):
    """An output cannot be written; the sentence says where and why. Nothing of it is left there."""

    code = "not_saved"


class OutputExists(OutputNotSaved, FileExistsError):
    """An output was to be written over a file."""

    code = "file_exists"


class NoRecipe(GenwidgetError):
    """A file has no recipe, or none that can be read; the sentence says why."""

    code = "recipe_none"


class PasteRefused(GenwidgetError):
    """What was pasted is no request that can be read; the sentence quotes nothing of it."""


class RecipeNotEmbedded(GenwidgetError):
    """A recipe cannot be put into a file; the sentence says why. Nothing was written."""


class NoSuchOutput(GenwidgetError, IndexError):
    """A run has no output at that place; the sentence says why."""


class SpendLimitReached(GenwidgetError):
    """What was asked would cost more than a spend limit lets be spent; nothing was sent.

    Attributes:
        scope: whose limit, such as ``machine`` or ``playground:<id>``.
        limit: the limit, in credits.
        used: what is spent and reserved of it, in credits.
        reserved: what of that is reserved for runs whose end is not known.
        price: what was asked would cost, or None where that is not known.
        hint: a sentence on what is reserved, or empty; it stands beside the sentence, in ``next_step``.
    """

    advice = "advice_spend_limit"

    def __init__(  # noqa: PLR0913 - what the sentence tells, one by one
        self,
        message: str,
        /,
        *,
        scope: str,
        limit: "Decimal",
        used: "Decimal",
        reserved: "Decimal",
        price: "Decimal | None",
        hint: str = "",
    ) -> None:
        super().__init__(message)
        self.scope = scope
        self.limit = limit
        self.used = used
        self.reserved = reserved
        self.price = price
        self.hint = hint

    @property
    def next_step(self) -> str:
        """What is reserved, and that the limit can be raised."""
        return f"{self.hint} {super().next_step}".strip()


class PriceUnknown(GenwidgetError):
    """What was asked has no known price and the API could not be asked for one, while a spend limit holds."""

    code = "price_unknown"
    advice = "advice_price_unknown"


class NoSuchBatch(GenwidgetError):
    """The ledger has no such batch, or several."""

    code = "batch_unknown"


class BatchHeld(GenwidgetError):
    """Another process carries the batch; the sentence says which."""

    code = "batch_held"


class StopIfNeeded(GenwidgetError):
    """A batch was started with a function ``stop_if``, which no file keeps: it has to be given again."""

    code = "batch_stop_if_needed"


class BatchStopped(GenwidgetError):
    """A batch stopped for what all its items would meet; ``batch`` is it, and ``__cause__`` what it met."""

    code = "batch_stopped_by"

    def __init__(self, message: str | None = None, /, *, batch: Any = None, **values: object) -> None:
        super().__init__(message, **values)
        self.batch = batch


class LedgerError(GenwidgetError):
    """The ledger cannot be read or written; nothing was sent. The sentence tells what can be done about it."""


#: Codes whose class their HTTP status alone would not tell, or that the API documents by name. Source: the API's
#: error page; a code that is not here takes the class of its status.
API_ERRORS: Final[dict[str, type[ApiError]]] = {
    "BSE1001": AuthenticationFailed,
    "BSE1002": AuthenticationFailed,
    "BSE1003": PermissionRefused,
    "BSE1004": InsufficientCredits,
    "BSE1005": RateLimited,
    "BSE1006": RateLimited,
    "BSE1007": PermissionRefused,
    "BSE1008": NotFound,
    "BSE1009": RateLimited,
    "BSE2001": InputRefused,
    "BSE2002": InputRefused,
    "BSE2003": InputRefused,
    "BSE2004": InputRefused,
    "BSE2005": InputRefused,
    "BSE2006": InputRefused,
    "BSE2007": InputRefused,
    "BSE2008": InputRefused,
    "BSE2009": InputRefused,
    "BSE2010": InputRefused,
    "BSE2015": Conflict,
    "BSE2016": Conflict,
}

_BY_STATUS: Final[dict[int, type[ApiError]]] = {
    400: InputRefused,
    401: AuthenticationFailed,
    402: InsufficientCredits,
    403: PermissionRefused,
    404: NotFound,
    409: Conflict,
    413: InputRefused,
    422: InputRefused,
    429: RateLimited,
}


def api_error_class(api_code: str, status_code: int) -> type[ApiError]:
    """Return the class of an API error: by its code, else by its HTTP status, else :class:`ApiError`."""
    if api_code in API_ERRORS:
        return API_ERRORS[api_code]
    if status_code >= 500:  # noqa: PLR2004 - the first server status
        return ServerFailed
    return _BY_STATUS.get(status_code, ApiError)
