"""A request is read from whatever people paste, and no key that is in it goes any further."""

import json
import re
import shutil
import subprocess

import pytest

from genwidget.api.export import to_code
from genwidget.catalogue import Catalogue
from genwidget.errors import PasteRefused
from genwidget.pasted.curl import find_command
from genwidget.pasted.fill import fill
from genwidget.pasted.pattern import PASTED
from genwidget.pasted.read import MAX_TEXT_BYTES, read_bytes, read_file, read_text
from genwidget.pasted.shells import split_bash, split_cmd, split_powershell
from genwidget.recipes.recipe import Recipe
from genwidget.request.validation import prepare

KEY = "bye_a1B2c3D4e5F6g7H8"
LINK = "https://api.us.babysea.ai/v1/generate/image/bfl/flux-schnell"
CATALOGUE = Catalogue.load()
NASTY = [
    "a seal",
    "",
    'it\'s "quoted" $HOME `id` \\n ${x} !! %PATH% ^caret^ a & b | c > d',
    "two\nlines and a tab\t",
    "ends in a backslash \\",
    'quote after backslash \\" and \\\\"',
    "🦭 \u00e9\u2028 ''' \"\"\" {{{",
    "curl https://x.y -d z",
]


def of_bash(argument):
    return "'" + argument.replace("'", "'\\''") + "'"


def of_bash_ansi(argument):
    return "$'" + argument.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("é", "\\u00e9") + "'"


def of_bash_double(argument):
    return '"' + re.sub(r'([\\"$`])', r"\\\1", argument) + '"'


def of_windows(argument):
    """As a program is given an argument: backslashes before a quote are doubled."""
    inside = re.sub(r'(\\*)"', lambda found: found[1] * 2 + '\\"', argument)
    return '"' + re.sub(r"(\\+)$", lambda found: found[1] * 2, inside) + '"'


def of_cmd(argument):
    """As Chrome's `Copy as cURL (cmd)`: each character that cmd might take for its own has a caret before it."""
    escaped = re.sub(r"[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]", lambda found: "^" + found[0], of_windows(argument))
    return escaped.replace("\n", "^\n\n")


def of_powershell(argument):
    return "'" + argument.replace("'", "''") + "'"


def of_powershell_double(argument):
    return '"' + re.sub(r'([`"$])', r"`\1", argument) + '"'


QUOTINGS = [
    (split_bash, of_bash),
    (split_bash, of_bash_ansi),
    (split_bash, of_bash_double),
    (split_cmd, of_cmd),
    (split_powershell, of_powershell),
    (split_powershell, of_powershell_double),
]
NEXT_LINE = {split_bash: " \\\n  ", split_cmd: " ^\n  ", split_powershell: " `\n  "}


def of(value):
    return value.__name__ if callable(value) else None


@pytest.mark.parametrize("argument", NASTY)
@pytest.mark.parametrize(("split", "quote"), QUOTINGS, ids=of)
def test_each_shells_quoting_gives_its_arguments_back(split, quote, argument):
    line = f"curl{NEXT_LINE[split]}-d {quote(argument)} -X POST\nnext command"
    assert split(line) == ["curl", "-d", argument, "-X", "POST"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("argument", NASTY)
@pytest.mark.parametrize("quote", [of_bash, of_bash_ansi, of_bash_double], ids=of)
def test_bash_reads_the_quoting_of_these_tests_as_we_do(quote, argument):
    script = f"printf '%s\\0' {quote(argument)}"
    run = subprocess.run(
        [shutil.which("bash"), "-c", script], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    assert run.stdout.decode() == argument + "\0"


@pytest.mark.parametrize("prompt", [one for one in NASTY if one])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
@pytest.mark.parametrize(("split", "quote"), QUOTINGS, ids=of)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_whole_command_of_each_shell_is_read(split, quote, prompt, separators, line_end):
    body = {"generation_prompt": prompt, "generation_seed": 7}
    data = quote(json.dumps(body, separators=separators))
    header = quote(f"Authorization: Bearer {KEY}")
    text = NEXT_LINE[split].join(["curl", quote(LINK), f"-H {header}", f"--data-raw {data}"]).replace("\n", line_end)
    read = read_text(text)
    assert (read.values, read.model_id, read.region) == (body, "bfl/flux-schnell", "us")
    assert KEY not in repr(read)
    assert any("API key in it was left out" in note for note in read.notes)


@pytest.mark.parametrize(
    "options",
    [
        "-X POST -d BODY",
        "-XPOST -dBODY",
        "-sSX POST --data BODY",
        "--request POST --json BODY --max-time 5 -o out.json",
        "--data-raw=BODY -w '%{http_code}' -sS",
        "--data-binary BODY | jq .",
        "-d BODY > out.json",
    ],
)
def test_the_body_is_found_among_other_options(options):
    text = f"$ curl --url {LINK} {options}".replace("BODY", of_bash('{"generation_prompt": "a seal"}'))
    assert read_text(text).values == {"generation_prompt": "a seal"}


def test_the_curl_that_is_exported_is_read():
    request = prepare(CATALOGUE, "image", "bfl/flux-1.1-pro", {"generation_prompt": NASTY[2]})
    read = read_text(to_code("curl", request, "https://api.eu.babysea.ai"))
    assert (read.values, read.model_id, read.region) == (request.body, "bfl/flux-1.1-pro", "eu")
    assert not any("API key" in note for note in read.notes), "a variable is no key"


# Keys.


@pytest.mark.parametrize(
    "header",
    [
        f"-H 'Authorization: Bearer {KEY}'",
        f"-H 'authorization:bearer {KEY}'",
        f"-H 'Authorization: {KEY}'",
        f"--header 'X-Api-Key: {KEY}'",
        f"-u '{KEY}'",
        f"--oauth2-bearer {KEY}",
        f"-H 'Cookie: {KEY}'",
        f"-H'Authorization: Bearer {KEY}'",
    ],
)
def test_a_key_is_left_out_and_told(header):
    read = read_text(f'curl {LINK} {header} -d \'{{"generation_prompt": "a seal", "note": "{KEY}"}}\'')
    assert KEY not in repr(read)
    assert [note for note in read.notes if "API key" in note] != []
    assert read.values == {"generation_prompt": "a seal"}


@pytest.mark.parametrize(
    "variable", ["$BABYSEA_API_KEY", "${BABYSEA_API_KEY}", "%BABYSEA_API_KEY%", "$env:KEY", "<key>"]
)
def test_a_variable_in_the_place_of_a_key_is_none(variable):
    read = read_text(f'curl {LINK} -H "Authorization: Bearer {variable}" -d \'{{"generation_prompt": "x"}}\'')
    assert read.notes == ()


@pytest.mark.parametrize("rest", ["", "-d '{'", "-d '{\"a\": 1,}'", "-d '[1]'", "-d @x.json", "-d '", '-d "'])
def test_a_refusal_quotes_nothing_and_holds_no_text(rest):
    with pytest.raises(PasteRefused) as refused:
        read_text(f"curl {LINK} -H 'Authorization: Bearer {KEY}' {rest}")
    error = refused.value
    assert error.__cause__ is error.__context__ is None
    assert KEY not in error.message
    assert error.message.startswith("Nothing was filled in")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a seal on ice", "no curl command that starts a generation"),
        ("curl https://example.com -d '{}'", "no curl command that starts a generation"),
        (f"curl {LINK}", "has no body"),
        (f"curl {LINK} -d @body.json", "lies in a file"),
        (f"curl {LINK} -d '[1, 2]'", "is JSON, but no object"),
        ('{"a":\n  1,}', "Line 2, column 5"),
        (f'{{"a": "{"x" * MAX_TEXT_BYTES}"}}', "longer than 1,048,576"),
        ('{"a": NaN}', "is no JSON"),
        ('{"genwidget_recipe": 9}', "no recipe of genwidget"),
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_told_in_a_sentence(text, sentence):
    with pytest.raises(PasteRefused, match=re.escape(sentence)):
        read_text(text)


def test_bytes_that_are_neither_text_nor_a_picture_are_refused():
    for content in (b"", b"  ", b"\xff\xfe\x00"):
        with pytest.raises(PasteRefused, match="no text"):
            read_bytes(content)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PasteRefused, match="cannot be read"):
        read_file(tmp_path / "none.png")


# Recipes.


def a_recipe(**parts):
    body = {"generation_prompt": "a fox", "generation_seed": 3}
    said = {"version": "0.1.0", "model_type": "image", "model_id": "bfl/flux-1.1-pro", "region": "eu", "body": body}
    return Recipe(created_at="2026-01-01T00:00:00Z", **{**said, **parts})


def test_a_recipe_is_read_as_text_and_as_a_file(tmp_path):
    recipe = a_recipe()
    place = tmp_path / "fox.json"
    place.write_text(recipe.json_text)
    for read in (read_text(recipe.json_text), read_bytes(recipe.json_text.encode()), read_file(place)):
        assert (read.values, read.model_id, read.region) == (recipe.body, "bfl/flux-1.1-pro", "eu")


def test_a_recipe_without_its_body_is_refused():
    with pytest.raises(PasteRefused, match="which was not stored"):
        read_text(a_recipe(body=None).json_text)


# The form.


def filled(text, model_id="bfl/flux-schnell", before=None, at=("us", "api.us.babysea.ai")):
    return fill(read_text(text), CATALOGUE, model_id, before or {}, at)


def test_a_body_fills_the_form_of_the_model_that_stays():
    made = filled('{"generation_prompt": "a fox", "generation_ratio": "16:9"}')
    assert made.model_id == "bfl/flux-schnell"
    assert made.values == {"generation_prompt": "a fox", "generation_ratio": "16:9"}
    assert made.notes == ("Filled in 2 fields.",)


def test_what_is_left_out_and_what_is_emptied_is_told():
    made = filled(
        '{"generation_ratio": "16:9", "generation_duration": 5, "generation_prompt": {"x": 1}, "none": null}',
        before={"generation_prompt": "typed", "generation_ratio": "1:1"},
    )
    assert made.values == {"generation_ratio": "16:9"}
    assert made.notes == (
        "Filled in 1 field.",
        "Left out, as bfl/flux-schnell does not take them: generation_duration, generation_prompt.",
        "Emptied, as the pasted request has no value for them: generation_prompt.",
    )


def test_a_recipe_brings_its_model_and_leaves_the_region():
    made = filled(a_recipe().json_text)
    assert made.model_id == "bfl/flux-1.1-pro"
    assert "It was for EU; the region stays US." in made.notes
    assert not any("It was for" in note for note in filled(a_recipe(region="us").json_text).notes)


def test_a_model_that_is_not_known_leaves_the_one_that_is_chosen():
    made = filled(a_recipe(model_id="nobody/nothing").json_text)
    assert made.model_id == "bfl/flux-schnell"
    assert "The model nobody/nothing is not known here; the model stays bfl/flux-schnell." in made.notes


def test_a_body_of_no_field_of_the_model_is_refused():
    with pytest.raises(PasteRefused, match="no value for a field of bfl/flux-schnell"):
        filled('{"prompt": "a fox"}')


def test_half_of_a_surrogate_pair_is_no_part_of_a_form():
    assert filled('{"generation_prompt": "a \\ud83d fox"}').values == {"generation_prompt": "a \ufffd fox"}


# What the page takes for a request: the pattern that both sides have.


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ('{"generation_prompt": "x"}', True),
        (' \n{ "a": 1 }\n', True),
        (f"curl {LINK} -d '{{}}'", True),
        (f"$ curl.exe -X POST {LINK}", True),
        (f"created=$(curl -sS {LINK})", True),
        ("{a|b} seal", False),
        ("a seal", False),
        ("curly hair, curl it", False),
        ("curl https://example.com", False),
        (f"see {LINK}", False),
    ],
)
def test_what_is_a_request_and_what_is_text_to_type(text, is_one):
    assert (re.fullmatch(PASTED, text, re.ASCII) is not None) is is_one


def test_the_pattern_ends_on_a_long_text():
    assert re.fullmatch(PASTED, "curl it " * 50_000, re.ASCII) is None
    assert find_command("x curl it " * 15 + f"curl {LINK} -d '{{}}'").body == {}
