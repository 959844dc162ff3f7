"""Kernel and page know the same messages: their types are the kernel's, and what is sent is of these types."""

import re
from typing import get_args, get_type_hints

import pytest
from pydantic import ConfigDict, TypeAdapter, with_config

from genwidget.widget import commands
from genwidget.widget.payload_types import Alert, NoData, Traits
from tests.golden import protocol
from tests.widget.conftest import FORM, PROMPT

#: What ipywidgets and anywidget sync by themselves.
THEIRS = {"layout", "tabbable", "tooltip"}
SOURCES = [
    path for path in (protocol.JS / "src").rglob("*.ts*") if path != protocol.PATH and "sidebar" not in path.parts
]
RUN = object()
FILLED = {**FORM, "values": {"generation_prompt": PROMPT}}
ASKED = {
    "hello": {"view": "v"},
    "beat": {},
    "check_key_entry": {},
    "check_key": {},
    "list_runs": {},
    "find_runs": {"search": "seal", "limit": 1, "also": []},
    "rate_run": {"run_id": RUN, "rating": 5},
    "fetch_thumbnail": {"run_id": RUN},
    "fill_from_run": {"run_id": RUN, **FILLED},
    "delete_run": {"run_id": RUN},
    "forget_run": {"run_id": RUN},
    "export": {"language": "curl", **FILLED},
    "estimate": {name: value for name, value in FILLED.items() if name != "region"},
    "ask_menu_prices": {"model_type": "image"},
    "fetch_schema": {"model_id": "bfl/flux-schnell"},
    "fetch_spending": {},
    "fetch_module": {"name": "json"},
    "usual_time": FORM,
    "fetch_body": {"run_id": RUN, "which": "record"},
    "fetch_output": {"run_id": RUN, "index": 0},
    "fetch_request": {"run_id": RUN},
    "list_inputs": {"region": "sandbox"},
    "list_prompts": {},
    "load_run": {"run_id": RUN},
    "price_sweep": {**{name: value for name, value in FILLED.items() if name != "region"}, "axes": []},
    "plan_sweep": {**{name: value for name, value in FILLED.items() if name != "region"}, "axes": []},
    "export_sweep": {**FILLED, "language": "python", "axes": []},
    "manage": {"action": "info", "generation_id": "00000000-0000-4000-8000-000000000000"},
}
#: What needs a run that is lost or under way, or bytes, or ends the test's: asked in tests of its own.
OF_BATCHES = {name for name, kind in protocol.command_classes().items() if issubclass(kind, commands.BatchCommand)}
OF_BYTES = {"put_part", "paste", "add_input", "fetch_input"}
BESIDE = {*OF_BATCHES, *OF_BYTES, "bye", "send", "send_sweep", "cancel", "resume", "resume_unsent", "check_content"}
BESIDE |= {"lock_key", "unlock_key"}


def strict(kind: object) -> TypeAdapter:
    """Read exactly what a type has, and no field beside."""
    return TypeAdapter(with_config(ConfigDict(extra="forbid", strict=True))(kind))


def test_the_types_of_the_page_are_what_the_kernel_sends():
    assert protocol.PATH.read_text(encoding="utf-8") == protocol.current(), protocol.STALE
    assert protocol.SENTENCES.read_text(encoding="utf-8") == protocol.sentences(), protocol.STALE
    assert protocol.FORM_WORDS.read_text(encoding="utf-8") == protocol.form_words(), protocol.STALE
    assert protocol.KEY_WORDS.read_text(encoding="utf-8") == protocol.key_words(), protocol.STALE


def test_every_synced_trait_has_a_type_and_no_other_has(pg):
    synced = {name for name in pg.keys if not name.startswith("_")} - THEIRS
    assert synced == set(Traits.__annotations__)


def test_every_command_is_asked_here_or_said_to_be_asked_elsewhere():
    assert set(ASKED) | BESIDE == set(protocol.command_classes())


def test_the_traits_are_of_their_types(pg, page):
    pg.send().wait(15)
    page.wait_for("run", lambda told: told["state"] == "succeeded")
    strict(Traits).validate_python({name: getattr(pg, name) for name in Traits.__annotations__})


@pytest.mark.parametrize("kind", ASKED)
def test_an_answer_has_what_its_type_has(pg, page, kind):
    run = pg.send().wait(15)
    answered = protocol.answers().get(protocol.command_classes()[kind], NoData)
    members = {name: run.run_id if value is RUN else value for name, value in ASKED[kind].items()}
    answer, _ = page.ask(kind, **members)
    if kind != "manage":
        assert answer["ok"], answer["alert"]
    strict(answered).validate_python(answer["data"])


def test_the_page_or_the_panel_around_it_reads_every_field_that_is_sent():
    panel = (protocol.JS / "src" / "sidebar").glob("*.ts")
    source = "\n".join(path.read_text(encoding="utf-8") for path in (*SOURCES, *panel))
    sent = protocol.schema()["$defs"]
    commands = {one.__name__ for one in protocol.command_classes().values()}
    fields = {name for title, one in sent.items() if title not in {*commands, "Answers"} for name in one["properties"]}
    assert [name for name in sorted(fields) if not re.search(rf"\b{name}\b", source)] == []


def test_the_page_sends_every_command():
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    again = get_args(get_type_hints(Alert)["again"])  # the page sends what an alert names
    sent = [kind for kind in protocol.command_classes() if f'"{kind}"' in source or kind in str(again)]
    assert set(protocol.command_classes()) == set(sent)
