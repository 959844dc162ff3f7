"""What the kernel sends to the page, as types: the traits, and what the commands are answered with.

``python -m tests.golden.protocol`` writes the page's types from these and from :mod:`genwidget.widget.commands`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from genwidget.catalogue.specs import Standing
from genwidget.runs.state import RunState
from genwidget.runs.timeline import Tone

Scope = Literal["send", "key", "host", "note"]
KeyEntry = Literal["open", "debug_log"]
_Scalar = str | bool | float
_STATES: Final = [state.value for state in RunState]
_State = Annotated[str, WithJsonSchema({"type": "string", "enum": _STATES})]
_StateOrDeleted = Annotated[str, WithJsonSchema({"type": "string", "enum": [*_STATES, "deleted"]})]


class FieldPayload(TypedDict):
    """One field of a model's body, with what is known of it and by which ``standing``; numbers may count in ones."""

    name: str
    type: Literal["string", "number", "boolean", "array"]
    group: Literal["core", "specific"]
    description: str
    required: bool
    default: Any
    choices: list[_Scalar] | None
    minimum: float | None
    maximum: float | None
    max_length: int | None
    max_items: int | None
    is_url: bool
    is_integer: NotRequired[Literal[True]]
    standing: dict[str, Standing]


class PricePayload(TypedDict):
    """What a model costs, in credits."""

    kind: Literal["flat", "per_second", "per_second_by_resolution", "per_second_by_resolution_and_audio"]
    credits: float | None
    table: Mapping[str, float]


class ModelPayload(TypedDict):
    """One model that may be chosen."""

    model_id: str
    model_type: Literal["image", "video"]
    providers: list[str]
    price: PricePayload | None
    sandbox_only: bool
    fields: list[FieldPayload]


class RegionPayload(TypedDict):
    """A region; ``api_url`` is None where the kernel has to find it."""

    region_id: str
    label: str
    api_url: str | None


class CataloguePayload(TypedDict):
    """The ``catalogue`` trait: models, sentences by code, and rules that both sides apply."""

    models: list[ModelPayload]
    messages: Mapping[str, str]
    rules: Mapping[str, str | int]
    regions: list[RegionPayload]
    sandbox_key: str | None
    sandbox_offered: bool


class Alert(TypedDict):
    """What a person reads when something did not happen, or when it is not known whether it did.

    Attributes:
        provider_errors: members of a server's objects, whatever they are.
        again: the command that tries again what this is about.
    """

    kind: Literal["error", "warning", "note"]
    code: str
    message: str
    more: str
    api_code: str | None
    request_id: str | None
    provider_errors: list[dict[str, _Scalar]]
    details: dict[str, _Scalar]
    scope: Scope
    field: str | None
    can_resume: bool
    again: Literal["check_key"] | None


class EntryPayload(TypedDict):
    """One entry of a timeline, at milliseconds since the run began."""

    at_ms: int | None
    label: str
    provider: str | None
    confirmed: bool
    tone: Tone
    is_now: bool


class OutputPayload(TypedDict):
    """One output, by its place among those of the run."""

    index: int
    url: str


class CountdownPayload(TypedDict):
    """What a run waits for, in words, and when that ends, in milliseconds of Unix time."""

    label: str
    at: float


class LinesPayload(TypedDict):
    """How many lines each body has when laid out; None where there is no JSON."""

    reply: int | None
    record: int | None


class RunPayload(TypedDict):
    """The ``run`` trait: one moment of the shown run. Times are in milliseconds, ``started_at`` of Unix time.

    Attributes:
        rating: 1 to 5, 0 for rejected, None for no opinion.
        is_deleted: at the API; what the kernel has of it stays.
        post_facts: sentences about the POST: its phases, what is left of the rate limit.
    """

    run_id: str
    intent_id: str
    state: _State
    is_live: bool
    model_type: str
    model_id: str
    region: str
    status_code: int | None
    started_at: float
    post_done: bool
    latency_ms: int | None
    total_ms: int | None
    lines: LinesPayload
    generation_id: str | None
    provider: str | None
    credits: float | None
    credits_refunded: bool
    rating: int | None
    is_deleted: bool
    can_cancel: bool
    can_resume: bool
    timeline: list[EntryPayload]
    post_facts: list[str]
    countdown: CountdownPayload | None
    alert: Alert | None
    outputs: list[OutputPayload]
    has_reply: bool
    has_record: bool
    is_json: bool


class RunFacts(TypedDict):
    """What a list of runs has of each, without its prompt; ``created_at`` is ISO 8601."""

    run_id: str
    created_at: str
    model_id: str
    state: _StateOrDeleted
    provider: str | None
    status_code: int | None
    latency_ms: int | None
    total_ms: int | None
    credits: float | None
    can_resume: bool
    rating: int | None


class RowPayload(RunFacts):
    """A row of the list of runs; ``prompt`` is its beginning, ``rating`` 0 where it was rejected.

    Attributes:
        is_live: it is under way.
        is_stored: its body is kept, so that it can be filled into the form and sent again.
        can_delete: it has a generation that was not deleted.
    """

    prompt: str
    model_type: str
    region: str
    is_live: bool
    is_stored: bool
    can_delete: bool


class HistoryPayload(TypedDict):
    """How many runs there are, how often something of them has changed, how many a process left under way.

    ``unsent`` says how many were not sent, and why; empty where there are none. ``is_under_way`` says whether this
    kernel follows a run that was sent from here, by itself or in a batch.
    """

    count: int
    version: int
    waiting: int
    unsent: str
    is_under_way: bool


class EstimatePayload(TypedDict):
    """The API's estimate for the form, in credits; ``of`` is what the page called the form when it asked."""

    model_id: str
    of: str
    credits: float


class SpendingData(TypedDict):
    """What was spent and what limits leave, in sentences."""

    lines: list[str]


class SpendingPayload(TypedDict):
    """The spend limit of which the least is left, whose it is, and what is used of it, in credits."""

    limit: float
    used: float
    whose: str


class Traits(TypedDict):
    """The synced traits. The page writes the first four, the kernel the rest.

    Attributes:
        posting: the runs that the page sent and whose POST is not answered.
        key_entry: ``debug_log`` where the kernel writes the page's messages to its log: a key is then not typed there.
        menu_prices: what models cost that no list has a price of, in words, by model.
        balance: of the locked key's account, in credits.
    """

    region: str
    model_type: str
    model_id: str
    values: dict[str, Any]
    catalogue: CataloguePayload
    host: str
    host_fixed: bool
    locked: bool
    key_entry: KeyEntry
    key_hint: str
    run: RunPayload | None
    posting: list[str]
    history_state: HistoryPayload
    estimate: EstimatePayload | None
    menu_prices: dict[str, str]
    balance: float | None
    spending: SpendingPayload | None
    alert: Alert | None
    batch_id: str


class NoData(TypedDict):
    """Nothing: that it is answered is all."""


class TextData(TypedDict):
    """A text to copy or to show."""

    text: str


class MadePayload(TypedDict):
    """A generation that a lost run may have made, as the account's content list has it."""

    generation_id: str
    generation_status: str | None
    generation_created_at: str | None


class MadeData(TypedDict):
    """What a lost run may have made."""

    generations: list[MadePayload]


class HelloData(TypedDict):
    """What the kernel's clock shows, in Unix milliseconds: the page's may differ."""

    now: float


class RowsData(TypedDict):
    """Rows of the list of runs, newest first; fewer than were asked for may come although ``is_last`` is false."""

    rows: list[RowPayload]
    is_last: bool


class CursorPayload(TypedDict):
    """Where a page of runs ends."""

    number: int
    at: float


class FoundData(TypedDict):
    """Runs that were found, the newest first, and where the next page begins; the runs that were asked for beside."""

    rows: list[RowPayload]
    after: CursorPayload | None
    also: list[RowPayload]


class RowData(TypedDict):
    """One row of the list of runs."""

    row: RowPayload


class ThumbnailData(TypedDict):
    """What the bytes of a thumbnail are; without bytes, why there is none, and whether there may be one later."""

    media_type: str
    reason: str
    may_come: bool


class UsualTimeData(TypedDict, total=False):
    """Between which times half of a model's runs took; nothing where too little is known."""

    low_ms: int
    high_ms: int


class RequestData(TypedDict):
    """The body that a run sent."""

    body: dict[str, Any]


class FilledData(TypedDict):
    """A form as what was pasted fills it, and sentences on what was filled in and what was left out."""

    model_id: str
    values: dict[str, Any]
    notes: list[str]


class LinkData(TypedDict):
    """The link of a picture."""

    url: str


class SampleData(TypedDict):
    """A picture that the sandbox offers as an input; ``note`` says what it is for."""

    name: str
    url: str
    note: str


class SamplesData(TypedDict):
    """The pictures that the sandbox offers as inputs; none elsewhere."""

    samples: list[SampleData]


class PromptsData(TypedDict):
    """Prompts, newest first."""

    prompts: list[str]


class OutputData(TypedDict):
    """What the bytes of an output are, and how they are named."""

    media_type: str
    filename: str
    alt: str


class ManageData(TypedDict):
    """How the API answered a management tool; its JSON, laid out, is the buffer."""

    status_code: int
    latency_ms: int


class AxisPayload(TypedDict):
    """What was varied, and its values as texts."""

    name: str
    labels: list[str]


class BatchPayload(TypedDict):
    """How far a batch is.

    Attributes:
        line: the same for people: how many are done, what they have cost, how much time is left.
        can: what may be asked of it now.
        stopping: what was asked of it and is being done: nothing new is sent, what is under way ends or is canceled.
    """

    state: str
    reason: str | None
    done: int
    count: int
    failed: int
    line: str
    can: list[Literal["stop", "cancel", "resume", "retry_failed"]]
    stopping: Literal["stop", "cancel"] | None


class CellPayload(TypedDict):
    """One item as its cell shows it.

    Attributes:
        label: what sets it apart: its values on the axes, else its prompt.
        prompt: its beginning.
        made: what its picture is of, which is another one once the item was begun anew; None where there is none.
        outputs: how many files it has made.
        error: why it did not end in files.
        rating: 1 to 5, 0 for rejected, None for no opinion.
    """

    position: int
    state: str
    label: str
    model_id: str
    prompt: str
    seed: str | None
    credits: float | None
    price: float | None
    made: str | None
    outputs: int
    is_film: bool
    can_retry: bool
    error: str | None
    rating: int | None


class SheetData(TypedDict):
    """What a sheet is drawn with.

    Attributes:
        axes: the outermost first; an item's place among all combinations counts through the last axis first.
        has_places: whether the buffer has the place of each item, as 32-bit integers; else it is its position.
        cells: the first ones, so that the first screen waits for nothing else; not their changes.
    """

    batch: BatchPayload
    axes: list[AxisPayload]
    has_places: bool
    messages: Mapping[str, str]
    cells: list[CellPayload]


class CellsData(TypedDict):
    """Cells, of those that were asked for, and how far the batch is."""

    batch: BatchPayload
    cells: list[CellPayload]


class CellsMessage(CellsData):
    """What the kernel tells of by itself: cells that have changed."""

    kind: Literal["cells"]
    batch_id: str


class ThumbnailPayload(TypedDict):
    """A small picture.

    Where there is none, ``media_type`` is None and its buffer is empty; ``reason`` then says why, and ``may_come``
    whether there may be one later.
    """

    position: int
    made: str | None
    media_type: str | None
    reason: str
    may_come: bool


class ThumbnailsData(TypedDict):
    """Small pictures; each has a buffer, in the same order."""

    thumbnails: list[ThumbnailPayload]


class FileData(TypedDict):
    """The name of the file that the buffer is."""

    filename: str


class SweepData(TypedDict):
    """How many items a sweep has, what those cost whose price is known, how many have none, and the first fault."""

    count: int
    credits: float
    unknown: int
    problem: str | None


class BatchData(TypedDict):
    """The batch that was begun."""

    batch_id: str
