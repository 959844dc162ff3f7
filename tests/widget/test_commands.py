import pytest

from genwidget.widget import commands
from genwidget.widget.reply import id_of

FORM = {"model_type": "image", "model_id": "bfl/flux-schnell", "values": {"generation_prompt": "A seal"}}
GOOD = [
    {"kind": "hello"},
    {"kind": "hello", "view": "v-1"},
    {"kind": "bye", "view": "v-1"},
    {"kind": "beat"},
    {"kind": "send", "intent_id": "i-1", "region": "us", **FORM},
    {"kind": "cancel", "run_id": "r"},
    {"kind": "resume", "run_id": "r"},
    {"kind": "check_content", "run_id": "r"},
    {"kind": "lock_key", "key": "bye_abc"},
    {"kind": "lock_key", "key": "bye_abc", "region": "us"},
    {"kind": "unlock_key"},
    {"kind": "check_key"},
    {"kind": "check_key_entry"},
    {"kind": "estimate", **FORM},
    {"kind": "manage", "action": "delete", "generation_id": "not even a uuid"},
    {"kind": "fetch_body", "run_id": "r", "which": "record"},
    {"kind": "fetch_output", "run_id": "r", "index": 0},
    {"kind": "load_run", "run_id": "r"},
    {"kind": "list_runs"},
    {"kind": "usual_time", "region": "us", "model_type": "image", "model_id": "bfl/flux-schnell"},
    {"kind": "fetch_request", "run_id": "r"},
    {"kind": "fetch_schema", "model_id": "bfl/flux-schnell"},
    {"kind": "fetch_module", "name": "json"},
    {"kind": "export", "language": "curl", "region": "us", **FORM},
    {"kind": "fetch_schema", "model_id": "bfl/flux-schnell"},
]
BAD = [
    None,
    [],
    "hello",
    {},
    {"id": "1"},
    {"id": "1", "kind": "shout"},
    {"id": "1", "kind": "hello", "more": 1},
    {"id": "", "kind": "hello"},
    {"kind": "hello"},
    {"id": "x" * 65, "kind": "hello"},
    {"id": "1", "kind": "bye"},
    {"id": "1", "kind": "bye", "view": "v" * 65},
    {"id": "1", "kind": "fetch_output", "run_id": "r", "index": -1},
    {"id": "1", "kind": "fetch_output", "run_id": "r", "index": True},
    {"id": "1", "kind": "manage", "action": "explode", "generation_id": ""},
    {"id": "1", "kind": "send", "intent_id": "i", "region": "us", **FORM, "values": []},
    {"id": "1", "kind": "lock_key", "key": "k" * 4097},
]


@pytest.mark.parametrize("message", GOOD, ids=lambda message: message["kind"])
def test_every_command_is_read(message):
    command = commands.parse({"id": "1", **message})
    assert command is not None
    read = command.model_dump(exclude_unset=True)
    if "key" in read:
        read["key"] = read["key"].get_secret_value()
    assert {"id": "1", **message} == read


def test_every_kind_of_command_has_an_example_above():
    kinds = set(commands._READER.json_schema()["discriminator"]["mapping"])
    assert kinds == {message["kind"] for message in GOOD}


@pytest.mark.parametrize("message", BAD)
def test_what_is_no_command_is_not_read(message):
    assert commands.parse(message) is None


def test_values_are_not_judged_where_commands_are_read():
    odd = {"id": "1", "kind": "send", "intent_id": "i", "region": "moon", "model_type": "audio", "model_id": "../x"}
    assert commands.parse({**odd, "values": {"x": [None, {"y": 1}]}}) is not None


def test_an_answer_can_be_addressed_even_where_the_message_is_no_command():
    assert id_of({"id": "7", "kind": "shout"}) == "7"
    assert id_of({"id": 7}) is None
    assert id_of("7") is None


def test_a_key_is_not_in_the_repr_of_its_command():
    command = commands.parse({"id": "1", "kind": "lock_key", "key": "bye_secret"})
    assert "bye_secret" not in repr(command)
