"""The questions of a first contact, one after the other: every route that reads, and three that must be refused."""

from dataclasses import dataclass
from typing import Any, Final

from genwidget.api.client import Client
from genwidget.api.http_response import HttpResponse
from genwidget.api.keys import ApiKey
from genwidget.api.models import (
    Account,
    Billing,
    Data,
    Estimate,
    GenerationPage,
    GenerationStatus,
    LibraryModels,
    LibraryProviders,
    ModelsHealth,
    ProvidersHealth,
    ServiceHealth,
    Status,
    Usage,
)
from genwidget.api.regions import Target
from genwidget.api.responses import decode_data
from genwidget.api.status_helper import HELPER_PATH
from genwidget.api.transport import Call, Transport
from genwidget.catalogue import Catalogue
from genwidget.errors import AuthenticationFailed, TransportError
from genwidget.live_check.compare import (
    ENVELOPE,
    ERROR_ENVELOPE,
    PAGING,
    Expected,
    answer_differences,
    envelope_differences,
    limit_differences,
    read_json,
    shape_differences,
)
from genwidget.live_check.compare_catalogue import compare_library, estimate_differences
from genwidget.live_check.report import Findings
from genwidget.settings import Settings

MODEL_ID: Final = "bfl/flux-schnell"


#: How many generations the estimate is asked for.
COUNT: Final = 2


_PLAIN: Final = Expected()


@dataclass(frozen=True, slots=True)
class Question:
    """One route that reads, and the type of its data; ``is_private`` where the data is of the account."""

    path: str
    kind: type[Data]
    expected: Expected = _PLAIN
    is_private: bool = False

    @property
    def where(self) -> str:
        """How the table names it."""
        return f"GET {self.path.partition('?')[0]}"


STATUS: Final = Question("/v1/status", Status, Expected(message="API connected successfully"), is_private=True)


LIST: Final = Question("/v1/content/list?limit=1", GenerationPage, Expected(names=ENVELOPE | PAGING), is_private=True)


MODELS: Final = Question("/v1/library/models", LibraryModels)


ESTIMATE: Final = Question(f"/v1/estimate/{MODEL_ID}?count={COUNT}", Estimate)


_BILLED: Final = Expected(message="User billing data retrieved successfully")


QUESTIONS: Final = (
    STATUS,
    Question("/v1/user/account", Account, is_private=True),
    Question("/v1/user/billing", Billing, _BILLED, is_private=True),
    Question("/v1/usage?days=7", Usage, is_private=True),
    MODELS,
    Question("/v1/library/providers", LibraryProviders),
    ESTIMATE,
    Question("/v1/health/inference/providers", ProvidersHealth),
    Question("/v1/health/inference/models", ModelsHealth),
    Question("/v1/health/storage", ServiceHealth),
    Question("/v1/health/cache", ServiceHealth),
    LIST,
)


#: An identifier of the right form that names no generation.
NOBODY: Final = "00000000-0000-0000-0000-000000000000"
#: No page states it: it is what the sandbox answers.
UNKNOWN_GENERATION_CODE: Final = "BSE3002"
_NO_ANSWER: Final = ("no answer came",)
_FORBIDDEN: Final = 403


async def check(target: Target, key: ApiKey, settings: Settings) -> Findings:
    """Ask everything that costs nothing and return what agrees and what differs.

    Raises:
        AuthenticationFailed: the key is refused, so that nothing can be compared.
        TransportError: the host does not answer the first question.
    """
    contact = _Contact(target, key, settings)
    try:
        await contact.ask_all()
    finally:
        await contact.close()
    return contact.findings


class _Contact:
    """Asks, and notes what it finds."""

    def __init__(self, target: Target, key: ApiKey, settings: Settings) -> None:
        self.findings = Findings()
        self._target = target
        self._transport = Transport(settings)
        self._api = Client.over(target, key, self._transport)
        self._newest_id: str | None = None

    async def close(self) -> None:
        await self._transport.aclose()

    async def ask_all(self) -> None:
        for question in QUESTIONS:
            await self._ask(question)
        unasked = await self._reply("/v1/status")
        self._compare_refusal("GET /v1/status without a key", unasked, 401, "BSE1001")
        unknown = (await self._api.send("GET", f"/v1/content/{NOBODY}")).reply
        self._compare_refusal("GET /v1/content of nobody", unknown, 404, UNKNOWN_GENERATION_CODE)
        self._compare_edge((await self._api.send("GET", "/v1/genwidget/no-such-route")).reply)
        await self._ask_helper()

    async def _ask(self, question: Question) -> None:
        sent = await self._api.send("GET", question.path)
        if question is STATUS and (isinstance(sent.error, AuthenticationFailed) or sent.reply is None):
            assert sent.error is not None
            raise sent.error
        if sent.reply is None:
            self.findings.compare(question.where, "answer", _NO_ANSWER, "")
        else:
            self._compare(question, sent.reply)

    def _compare(self, question: Question, reply: HttpResponse) -> None:
        findings, where, body = self.findings, question.where, read_json(reply)
        data = body.get("data") if isinstance(body, dict) else None
        if question.is_private:
            findings.hide(data)
        if reply.status_code == _FORBIDDEN and isinstance(body, dict):
            findings.skip(where, "answer", "the key lacks the scope")
            return
        findings.compare(where, "answer", answer_differences(reply, question.expected), "200, JSON")
        findings.compare(where, "limits", limit_differences(reply.headers), "three X-RateLimit headers")
        if not reply.is_success or body is None:
            return
        names = ", ".join(sorted(question.expected.names))
        findings.compare(where, "envelope", envelope_differences(body, question.expected), names)
        if not isinstance(body, dict):
            return
        # A paged answer has its counts beside the data, and our type of it has them inside.
        paging = {name: body[name] for name in PAGING & set(body)} if question is LIST else {}
        told = shape_differences(question.kind, {**paging, **data}) if isinstance(data, dict) else ["data is no object"]
        findings.compare(where, "names", told, f"{len(question.kind.model_fields)} names, their types, and no others")
        self._look_closer(question, reply)

    def _look_closer(self, question: Question, reply: HttpResponse) -> None:
        """Compare values, where they are not of the account."""
        try:
            if question is MODELS:
                compare_library(decode_data(LibraryModels, reply).models, Catalogue.load(), self.findings)
            elif question is ESTIMATE:
                told = estimate_differences(decode_data(Estimate, reply), MODEL_ID, COUNT)
                self.findings.compare(question.where, "values", told, f"the known price, times {COUNT}")
            elif question is LIST:
                self._newest_id = next(
                    (one.generation_id for one in decode_data(GenerationPage, reply).generations), None
                )
        except TransportError as error:
            self.findings.skip(question.where, "values", error.message)

    def _compare_refusal(self, where: str, reply: HttpResponse | None, status: int, code: str | None = None) -> None:
        """Note what is different of an answer that must be a refusal for good."""
        expected = Expected(status, ERROR_ENVELOPE)
        if reply is None:
            told = list(_NO_ANSWER)
        else:
            body = read_json(reply)
            told = answer_differences(reply, expected) + envelope_differences(body, expected)
            told += _code_differences(body, code if reply.status_code == status else None)
        self.findings.compare(where, "refusal", told, f"{status} {code or ''}".strip() + ", an envelope, not retryable")

    def _compare_edge(self, reply: HttpResponse | None) -> None:
        told = list(_NO_ANSWER)
        if reply is not None:
            told = [] if reply.status_code == _FORBIDDEN else [f"HTTP {reply.status_code}; we assume {_FORBIDDEN}"]
            told += ["the body is JSON; we assume a page of the firewall"] if read_json(reply) is not None else []
        self.findings.compare("GET of no route", "refusal", told, f"{_FORBIDDEN}, a page of the firewall")

    async def _ask_helper(self) -> None:
        where = f"GET {HELPER_PATH.rstrip('/')}"
        if self._newest_id is None:
            self.findings.skip(where, "answer", "the account has no generation to ask about")
            return
        reply = await self._reply(HELPER_PATH + self._newest_id, self._target.helper_url)
        told = list(_NO_ANSWER) if reply is None else answer_differences(reply, Expected())
        if reply is not None and not told:
            told = shape_differences(GenerationStatus, read_json(reply))
        self.findings.compare(where, "answer", told, "200, JSON, five names, without the key")

    async def _reply(self, path: str, origin: str | None = None) -> HttpResponse | None:
        """Ask once, without the key."""
        try:
            return await self._transport.exchange(Call("GET", (origin or self._target.api_url) + path))
        except TransportError:
            return None


def _code_differences(body: Any, code: str | None) -> list[str]:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return []
    said = error.get("code")  # one that is missing, or no text, is told already
    told = [f"error.code is {said}; we assume {code}"] if code and isinstance(said, str) and said != code else []
    return told + (["error.retryable is true; we assume false"] if error.get("retryable") is True else [])
