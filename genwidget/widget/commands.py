"""What the page may ask of the kernel: one tagged union, read strictly and without guessing.

Values are not judged here: a ``send`` may name a model that does not exist, and is answered with the sentence for it.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from genwidget import platform

#: How many runs one answer lists.
MOST_LISTED: Final = 1_000
#: How many runs one page has.
MOST_FOUND: Final = 100

#: How many cells of a sheet are watched, and how many thumbnails are sent at once.
MOST_CELLS: Final = 400
MOST_THUMBNAILS: Final = 32

_Id = Annotated[str, Field(min_length=1, max_length=64)]
_Name = Annotated[str, Field(max_length=512)]


class _Command(BaseModel):
    """What every command has; ``id`` comes back in its answer, since an answer reaches every view."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    id: _Id


class _FormCommand(_Command):
    """A command about the form as the page sees it now: synced values can lag behind a message."""

    model_type: _Name
    model_id: _Name
    values: dict[str, Any]


class Hello(_Command):
    """A view was drawn and asks whether a kernel is behind it."""

    kind: Literal["hello"]
    view: _Id | None = None


class Bye(_Command):
    """A view has gone."""

    kind: Literal["bye"]
    view: _Id


class Beat(_Command):
    """A view asks whether its kernel is still there."""

    kind: Literal["beat"]


class Send(_FormCommand):
    """One press of Send; ``intent_id`` is minted in the page and taken once."""

    kind: Literal["send"]
    intent_id: _Id
    region: _Name


class Cancel(_Command):
    """Cancel a run's generation at the API."""

    kind: Literal["cancel"]
    run_id: _Id


class Resume(_Command):
    """Ask again for a lost or expired run, with its own idempotency key."""

    kind: Literal["resume"]
    run_id: _Id


class ResumeUnsent(_Command):
    """Send what waited for its turn and was not sent, and again what the account's credits did not pay."""

    kind: Literal["resume_unsent"]


class CheckContent(_Command):
    """Look in the content list for what a lost run may have made."""

    kind: Literal["check_content"]
    run_id: _Id


class LockKey(_Command):
    """Lock a key for a region; the region is the page's, where it is given."""

    kind: Literal["lock_key"]
    key: Annotated[SecretStr, Field(max_length=4096)]
    region: _Name | None = None


class CheckKeyEntry(_Command):
    """Ask whether a key may be typed, before it is."""

    kind: Literal["check_key_entry"]


class CheckKey(_Command):
    """Ask the API again whether it takes the locked key."""

    kind: Literal["check_key"]


class UnlockKey(_Command):
    """Forget the key."""

    kind: Literal["unlock_key"]


class Estimate(_FormCommand):
    """Ask what the form would cost; the estimate comes with ``of``, by which the page knows what it is of."""

    kind: Literal["estimate"]
    of: str = ""


class AskMenuPrices(_Command):
    """Ask what the models of a type cost that no list has a price of; the prices come as a trait, each when known."""

    kind: Literal["ask_menu_prices"]
    model_type: _Name


class Manage(_Command):
    """Ask for, cancel or delete any generation of the account."""

    kind: Literal["manage"]
    action: Literal["info", "cancel", "delete"]
    generation_id: _Name


class FetchBody(_Command):
    """Fetch the text of a run's reply or of its record."""

    kind: Literal["fetch_body"]
    run_id: _Id
    which: Literal["reply", "record"]


class FetchOutput(_Command):
    """Fetch the bytes of one output."""

    kind: Literal["fetch_output"]
    run_id: _Id
    index: Annotated[int, Field(ge=0)]


class LoadRun(_Command):
    """Show another run."""

    kind: Literal["load_run"]
    run_id: _Id


class ListRuns(_Command):
    """Ask for the list of runs, newest first; ``waiting`` asks for those that a process left under way."""

    kind: Literal["list_runs"]
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = 100
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    waiting: bool = False


class Cursor(BaseModel):
    """Where a page of runs ends."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    number: Annotated[int, Field(ge=0)]
    at: float


class FindRuns(_Command):
    """Ask for a page of runs, newest first, by words of prompt and model and by filters; what is empty leaves all.

    ``ratings`` may have 0 for rejected and null for not rated; ``since`` and ``until`` are Unix seconds; ``after`` is
    where the page before ended; ``also`` names runs that are shown already, and may have changed.
    """

    kind: Literal["find_runs"]
    search: Annotated[str, Field(max_length=1_000)] = ""
    states: list[_Name] = []
    model_id: _Name | None = None
    ratings: list[int | None] = []
    since: float | None = None
    until: float | None = None
    after: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_FOUND)] = 40
    also: Annotated[list[_Id], Field(max_length=MOST_FOUND)] = []


class RateRun(_Command):
    """Rate a run from 1 to 5, reject it by 0, or take that back by null."""

    kind: Literal["rate_run"]
    run_id: _Id
    rating: int | None


class ForgetRun(_Command):
    """Delete what the ledger has of a run."""

    kind: Literal["forget_run"]
    run_id: _Id


class DeleteRun(_Command):
    """Delete the generation of a run at the API, with the locked key."""

    kind: Literal["delete_run"]
    run_id: _Id


class FetchThumbnail(_Command):
    """Fetch a small picture of the first output of a run."""

    kind: Literal["fetch_thumbnail"]
    run_id: _Id


class FillFromRun(_FormCommand):
    """Ask for the form that a run's request fills; the values are those of the form so far."""

    kind: Literal["fill_from_run"]
    run_id: _Id
    region: _Name


class UsualTime(_Command):
    """Ask how long a model usually takes in a region."""

    kind: Literal["usual_time"]
    region: _Name
    model_type: _Name
    model_id: _Name


class FetchRequest(_Command):
    """Fetch the body that a run sent."""

    kind: Literal["fetch_request"]
    run_id: _Id


class Export(_FormCommand):
    """Write the request as code."""

    kind: Literal["export"]
    language: Literal["python", "curl", "typescript"]
    region: _Name


class PutPart(_Command):
    """Take bytes of a file, the buffer, ahead of the command that they belong to, which names the same upload."""

    kind: Literal["put_part"]
    upload: _Id


class Paste(_FormCommand):
    """Read what was pasted or dropped. A key may be in it, so its bytes are the buffer, which no kernel's log has."""

    kind: Literal["paste"]
    upload: _Id | None = None
    size: Annotated[int, Field(ge=0)] | None = None
    region: _Name


class AddInput(_Command):
    """Keep a picture of this machine as an input in the sandbox; its bytes are the buffer."""

    kind: Literal["add_input"]
    upload: _Id | None = None
    size: Annotated[int, Field(ge=0)] | None = None
    region: _Name
    filename: _Name


class FetchInput(_Command):
    """Fetch an input picture that the sandbox has; any other is for the browser."""

    kind: Literal["fetch_input"]
    region: _Name
    url: Annotated[str, Field(max_length=8192)]


class ListInputs(_Command):
    """Ask for the pictures that the sandbox offers as inputs."""

    kind: Literal["list_inputs"]
    region: _Name


class ListPrompts(_Command):
    """Ask for the prompts of the runs that may be seen, newest first, each once."""

    kind: Literal["list_prompts"]


class FetchSpending(_Command):
    """Fetch in words what was spent from this playground and by this kernel."""

    kind: Literal["fetch_spending"]


class FetchSchema(_Command):
    """Ask for the JSON Schema of a model's body, to copy it."""

    kind: Literal["fetch_schema"]
    model_id: _Name


class FetchModule(_Command):
    """Fetch the text of a further module of the page, a script, at its first use."""

    kind: Literal["fetch_module"]
    name: Annotated[str, Field(max_length=64)]


class BatchCommand(_Command):
    """A command about a batch that this widget shows."""

    batch_id: _Id


_Position = Annotated[int, Field(ge=0, le=10_000_000)]


class SweepAxis(BaseModel):
    """A field, ``model`` or ``repeat``, and the values that it takes one after the other."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    name: Annotated[str, Field(max_length=128, pattern=r"^(model|repeat|generation_\w+)$")]
    values: Annotated[list[Any], Field(min_length=1, max_length=1_000)]


class SweepCommand(_FormCommand):
    """A command about the form with every combination of some values."""

    axes: list[SweepAxis]


class PlanSweep(SweepCommand):
    """Ask how many items a sweep has, and what they cost by the list."""

    kind: Literal["plan_sweep"]


class PriceSweep(SweepCommand):
    """Ask the same, with what the API tells of prices that no list has."""

    kind: Literal["price_sweep"]


class SendSweep(SweepCommand):
    """One press of Send for a sweep; ``intent_id`` is minted in the page and taken once."""

    kind: Literal["send_sweep"]
    intent_id: _Id
    region: _Name


class ExportSweep(SweepCommand):
    """Write a sweep as code."""

    kind: Literal["export_sweep"]
    language: Literal["python", "shell"]
    region: _Name


class OpenSheet(BatchCommand):
    """Ask what a sheet is drawn with: axes, sentences, how far the batch is."""

    kind: Literal["open_sheet"]


class ExportBatch(BatchCommand):
    """Ask for a batch as code that plans its items again: Python, or a plan and the command that runs it."""

    kind: Literal["export_batch"]
    language: Literal["python", "shell"]


class WatchCells(BatchCommand):
    """Ask for the cells that a view shows, and from now on for their changes, in place of those of before."""

    kind: Literal["watch_cells"]
    view: _Id
    positions: Annotated[list[_Position], Field(max_length=MOST_CELLS)]


class FetchThumbnails(BatchCommand):
    """Fetch small pictures of what items made."""

    kind: Literal["fetch_thumbnails"]
    positions: Annotated[list[_Position], Field(min_length=1, max_length=MOST_THUMBNAILS)]


class FetchItemOutput(BatchCommand):
    """Fetch the bytes of one output of an item."""

    kind: Literal["fetch_item_output"]
    position: _Position
    index: Annotated[int, Field(ge=0)]


class RateItem(BatchCommand):
    """Note what a person thinks of an item: 1 to 5, 0 for rejected, None for no opinion."""

    kind: Literal["rate_item"]
    position: _Position
    rating: Annotated[int, Field(ge=0, le=5)] | None


class RetryItem(BatchCommand):
    """Begin an item anew that failed."""

    kind: Literal["retry_item"]
    position: _Position


class LoadItem(BatchCommand):
    """Put what an item sent into the form."""

    kind: Literal["load_item"]
    position: _Position


class SteerBatch(BatchCommand):
    """Stop a batch, cancel what is under way, go on, or begin anew what failed."""

    kind: Literal["steer_batch"]
    action: Literal["stop", "cancel", "resume", "retry_failed"]


class FetchPicks(BatchCommand):
    """Fetch the files of the picks as one ZIP file."""

    kind: Literal["fetch_picks"]


Command = Annotated[
    Hello
    | Bye
    | Beat
    | Send
    | Cancel
    | Resume
    | ResumeUnsent
    | CheckContent
    | LockKey
    | CheckKeyEntry
    | CheckKey
    | UnlockKey
    | Estimate
    | AskMenuPrices
    | Manage
    | FetchBody
    | FetchOutput
    | LoadRun
    | ListRuns
    | FindRuns
    | RateRun
    | ForgetRun
    | DeleteRun
    | FetchThumbnail
    | FillFromRun
    | UsualTime
    | FetchRequest
    | Export
    | PutPart
    | Paste
    | AddInput
    | FetchInput
    | ListInputs
    | ListPrompts
    | FetchSchema
    | FetchSpending
    | FetchModule
    | PlanSweep
    | PriceSweep
    | SendSweep
    | ExportSweep
    | ExportBatch
    | OpenSheet
    | WatchCells
    | FetchThumbnails
    | FetchItemOutput
    | RateItem
    | RetryItem
    | LoadItem
    | SteerBatch
    | FetchPicks,
    Field(discriminator="kind"),
]

_READER: Final[TypeAdapter[Command]] = TypeAdapter(Command)


def parse(message: object) -> Command | None:
    """Return the command in a page's message, or None where it is none.

    The reader's complaint is dropped on purpose: it may quote what was sent, and that may be a key.
    """
    try:
        return _READER.validate_python(platform.from_page(message))
    except ValidationError:
        return None
