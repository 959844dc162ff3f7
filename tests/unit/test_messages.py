import ast
import string
from pathlib import Path

import pytest

import genwidget
from genwidget import errors
from genwidget.messages import MESSAGES, render

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
