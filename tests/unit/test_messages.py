import ast
import re
import string
from pathlib import Path

import pytest

import genwidget
from genwidget import errors
from genwidget.messages import MESSAGES, SHELL, render, shell_words

PACKAGE = Path(genwidget.__file__).parent
EXACT = {
    "key_not_locked": "Please lock your API key first",
    "invalid_model_type": "Invalid model type",
    "unknown_model": "Unknown model",
    "invalid_endpoint_path": "Invalid endpoint path",
    "invalid_key_format": "Invalid API key format",
    "missing_required": "Missing required field: {field}",
    "response_too_large": "Response too large",
    "invalid_json": "Invalid JSON response from server",
    "request_timed_out": "Request timed out",
    "fill_required": "Fill required: {fields}",
    "hint": "Async response - subscribe to webhooks for real-time status and output delivery",
    "unreachable": "Could not reach {host}",
    "http_status": "HTTP {status}",
    "not_uuid": "Must be a valid UUID",
}


def _names(template):
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def _calls():
    """Every ``render`` call with a literal code, and every raised error of ours that renders its own sentence."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "render":
                yield path.relative_to(PACKAGE), node


def test_the_exact_texts_of_the_products_page_are_kept_to_the_letter():
    assert {code: MESSAGES[code] for code in EXACT} == EXACT


def test_every_placeholder_is_a_plain_name():
    assert not [template for template in MESSAGES.values() for name in _names(template) if not name.isidentifier()]


@pytest.mark.parametrize("code", MESSAGES)
def test_every_sentence_renders_with_its_placeholders(code):
    names = _names(MESSAGES[code])
    sentence = render(code, **{name: f"<{name}>" for name in names})
    assert sentence.strip() == sentence != ""
    assert all(f"<{name}>" in sentence for name in names)


@pytest.mark.parametrize("code", [code for code, template in MESSAGES.items() if _names(template)])
def test_a_sentence_without_its_values_is_no_sentence(code):
    with pytest.raises(KeyError):
        render(code)


def test_a_value_with_braces_stays_as_it_is():
    assert render("missing_required", field="{field}{0}") == "Missing required field: {field}{0}"


def test_every_sentence_that_the_package_asks_for_exists_with_those_values():
    wrong = []
    for path, call in _calls():
        code = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        given = {keyword.arg for keyword in call.keywords}
        if (
            code is not None
            and None not in given
            and (code not in MESSAGES or not set(_names(MESSAGES[code])) <= given)
        ):
            wrong.append((str(path), call.lineno, code))
    assert wrong == []


def test_every_error_with_a_code_has_its_sentence():
    codes = [value.code for value in vars(errors).values() if isinstance(value, type) and getattr(value, "code", "")]
    assert codes
    assert set(codes) <= set(MESSAGES)


def test_every_advice_of_an_error_has_its_sentence():
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    advice = {value.advice for value in kinds if getattr(value, "advice", "")}
    assert "advice_key" in advice
    assert advice <= set(MESSAGES)


# What a shell prints names its own options and commands.

#: A keyword with its ``=``, or a call or an attribute of ours, as a sentence for Python has them.
OF_PYTHON = re.compile(r"(?<![-\w])[a-z_]+=(?=[^\w]|True|None)|\w+\.\w+\(|\b(?:pg|run|Batch|Client|batch)\.[a-z_]+")
#: Codes whose sentence no command prints, by what they are said of.
ONLY_IN_PYTHON = {
    "of a playground": {
        "key_entry_closed",
        "key_in_debug_log",
        "key_literal",
        "key_literal_file",
        "history_late",
        "attribute_is_field",
    },
    "of the page": {"region_means"},
    "of key=": {"key_not_callable"},
    "of keywords that no option stands for": {
        "bad_settings",
        "bad_transport",
        "bad_timing",
        "bad_height",
        "bad_batch_options",
    },
    "of functions of a person's own": {
        "batch_bad_where",
        "batch_where_failed",
        "batch_stopped_if",
        "batch_stop_if_failed",
        "batch_bad_stop_if",
    },
    "of keywords that a command checks as options": {"batch_bad_stop_after", "batch_bad_columns", "batch_bad_limit"},
    "of arguments that are always texts in a shell": {"batch_bad_id", "batch_bad_generation"},
    "of methods that no command calls": {
        "batch_bad_executor",
        "bad_catalogue",
        "batch_bad_backend",
        "batch_bad_images",
        "batch_not_saved",
        "embed_signed",
        "embed_format",
        "embed_broken",
        "embed_too_large",
        "sheet_picks_too_large",
        "sheet_too_many",
    },
    "of the magics": {"magic_goes_on"},
    "of a browser's Python, which has no shell": {"no_threads"},
    "of what a command says in sentences of its own": {
        "batch_stopped_by_limit",
        "batch_stopped_by_playground",
        "batch_stopped_by_machine",
        "batch_stopped_by_balance",
    },
}


def test_each_sentence_in_words_of_python_has_others_for_a_shell_or_is_never_said_there():
    known = set().union(*ONLY_IN_PYTHON.values())
    found = {code for code, text in MESSAGES.items() if OF_PYTHON.search(text)}
    assert found - known - set(SHELL) == set()
    assert known - found == set(), "no longer in words of Python"
    assert [code for code, text in SHELL.items() if OF_PYTHON.search(text)] == []
    assert [code for code, text in MESSAGES.items() if code.startswith("cli_") and OF_PYTHON.search(text)] == []


#: A step that only a playground has.
TO_LOCK = re.compile(r"(?<!\{)\b(?:un)?lock(?:ed)?\b", re.IGNORECASE)
#: Where a playground, its page or one of its traits is at hand, and the page's own words.
ONLY_IN_A_PLAYGROUND = re.compile(
    r"key_(?!of_|absent)|page_|wants_|price_with_key|live_models_unasked|paste_|resume_elsewhere"
)


def test_no_command_of_the_shell_is_told_to_lock_a_key():
    told = {code for code, text in MESSAGES.items() if TO_LOCK.search(text)}
    assert {code for code in told - set(SHELL) if not ONLY_IN_A_PLAYGROUND.match(code)} == set()
    assert [code for code, text in SHELL.items() if TO_LOCK.search(text)] == []


@pytest.mark.parametrize("code", SHELL)
def test_a_shells_sentence_has_the_values_of_the_same_code(code):
    assert set(_names(SHELL[code])) <= set(_names(MESSAGES[code]))
    values = {name: f"<{name}>" for name in _names(MESSAGES[code])}
    before = render(code, **values)
    with shell_words():
        assert render(code, **values) == SHELL[code].format_map(values) != before
    assert render(code, **values) == before
