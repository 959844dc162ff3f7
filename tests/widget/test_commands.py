import pytest

from genwidget.widget import commands
from genwidget.widget.reply import id_of

FORM = {"model_type": "image", "model_id": "bfl/flux-schnell", "values": {"generation_prompt": "A seal"}}
SWEEP = {**FORM, "axes": [{"name": "generation_seed", "values": [1, 2]}]}
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
    {"kind": "find_runs"},
    {
        "kind": "find_runs",
        "search": "seal",
        "states": ["succeeded", "deleted"],
        "model_id": "bfl/flux-schnell",
        "ratings": [0, None, 5],
        "since": 1,
        "until": 2.5,
        "after": {"number": 7, "at": 1.5},
        "limit": 40,
        "also": ["r"],
    },
    {"kind": "rate_run", "run_id": "r", "rating": 5},
    {"kind": "rate_run", "run_id": "r", "rating": None},
    {"kind": "forget_run", "run_id": "r"},
    {"kind": "delete_run", "run_id": "r"},
    {"kind": "fetch_thumbnail", "run_id": "r"},
    {"kind": "fill_from_run", "run_id": "r", "region": "us", **FORM},
    {"kind": "usual_time", "region": "us", "model_type": "image", "model_id": "bfl/flux-schnell"},
    {"kind": "fetch_request", "run_id": "r"},
    {"kind": "fetch_schema", "model_id": "bfl/flux-schnell"},
    {"kind": "fetch_spending"},
    {"kind": "fetch_module", "name": "json"},
    {"kind": "export", "language": "curl", "region": "us", **FORM},
    {"kind": "resume_unsent"},
    {"kind": "plan_sweep", **SWEEP},
    {"kind": "price_sweep", **SWEEP},
    {"kind": "send_sweep", "intent_id": "i-1", "region": "us", **SWEEP},
    {"kind": "export_sweep", "language": "shell", "region": "us", **SWEEP},
    {"kind": "ask_menu_prices", "model_type": "image"},
    {"kind": "open_sheet", "batch_id": "b"},
    {"kind": "watch_cells", "batch_id": "b", "view": "v", "positions": [0, 1]},
    {"kind": "fetch_thumbnails", "batch_id": "b", "positions": [0]},
    {"kind": "fetch_item_output", "batch_id": "b", "position": 0, "index": 0},
    {"kind": "rate_item", "batch_id": "b", "position": 0, "rating": 5},
    {"kind": "retry_item", "batch_id": "b", "position": 0},
    {"kind": "load_item", "batch_id": "b", "position": 0},
    {"kind": "steer_batch", "batch_id": "b", "action": "stop"},
    {"kind": "fetch_picks", "batch_id": "b"},
    {"kind": "export_batch", "batch_id": "b", "language": "shell"},
    {"kind": "put_part", "upload": "u"},
    {"kind": "paste", "region": "us", **FORM, "upload": "u", "size": 3},
    {"kind": "paste", "region": "us", **FORM},
    {"kind": "add_input", "region": "sandbox", "filename": "seal.png"},
    {"kind": "fetch_input", "region": "sandbox", "url": "http://127.0.0.1:1/sandbox/inputs/floe.png"},
    {"kind": "list_inputs", "region": "sandbox"},
    {"kind": "list_prompts"},
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
    {"id": "1", "kind": "find_runs", "limit": 101},
    {"id": "1", "kind": "find_runs", "search": "x" * 1001},
    {"id": "1", "kind": "find_runs", "also": ["r"] * 101},
    {"id": "1", "kind": "find_runs", "after": {"number": -1, "at": 0.0}},
    {"id": "1", "kind": "rate_run", "run_id": "r", "rating": "5"},
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
