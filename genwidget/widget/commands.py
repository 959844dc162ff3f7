"""What the page may ask of the kernel: one tagged union, read strictly and without guessing.

Values are not judged here: a ``send`` may name a model that does not exist, and is answered with the sentence for it.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

#: How many runs one answer lists.
MOST_LISTED: Final = 1_000

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
    """Ask what the form would cost."""

    kind: Literal["estimate"]


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


class FetchSchema(_Command):
    """Ask for the JSON Schema of a model's body, to copy it."""

    kind: Literal["fetch_schema"]
    model_id: _Name


class FetchModule(_Command):
    """Fetch the text of a further module of the page, a script, at its first use."""

    kind: Literal["fetch_module"]
    name: Annotated[str, Field(max_length=64)]


Command = Annotated[
    Hello
    | Bye
    | Beat
    | Send
    | Cancel
    | Resume
    | CheckContent
    | LockKey
    | CheckKeyEntry
    | CheckKey
    | UnlockKey
    | Estimate
    | Manage
    | FetchBody
    | FetchOutput
    | LoadRun
    | ListRuns
    | UsualTime
    | FetchRequest
    | Export
    | FetchSchema
    | FetchModule,
    Field(discriminator="kind"),
]

_READER: Final[TypeAdapter[Command]] = TypeAdapter(Command)


def parse(message: object) -> Command | None:
    """Return the command in a page's message, or None where it is none.

    The reader's complaint is dropped on purpose: it may quote what was sent, and that may be a key.
    """
    try:
        return _READER.validate_python(message)
    except ValidationError:
        return None
