"""Writes ``bodies.json``: values, and the body and problems that they give. Both sides are held to it.

Run ``python -m tests.golden.generate`` after a change of the catalogue, the rules or the sentences, and read the diff.
"""

import json
import re
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from genwidget.catalogue import Catalogue
from genwidget.request.decimals import as_json
from genwidget.request.validation import check
from tests.golden import numbers

PATH = Path(__file__).with_name("bodies.json")
DRAWS = 32  # for each model
SEEDED = "bfl/flux-1.1-pro"

LINK = "https://example.com/a.png"
SEAL = "\U0001f9ad"
NUMBERS = [
    "1_000",
    "٣",
    "\uff11",
    "1e400",
    "-1e400",
    "1e-400",
    "0x10",
    "Infinity",
    "NaN",
    "1,5",
    "\u0661\u066b\u0665",
    "1e5",
    "1E+2",
    "5.",
]
NUMBERS += [
    ".5",
    "+5",
    "007",
    " 5 ",
    "5\n",
    "\u00a05",
    "--5",
    "1e",
    "e5",
    ".",
    "-",
    "-0",
    "5.0",
    "0.1",
    "1e-7",
    "0.000001",
]
NUMBERS += ["123456789012345678901", "1e21", "9007199254740993", "2147483648", "3.5000000000000004", "true", ""]
NUMBERS += [
    "1" + "0" * 60,
    "0." + "0" * 60 + "1",
    "-1e-400",
    "0e-400",
    "1e-99999999999999999999",
    "0e99999999999999999999",
]
NUMBERS += ["0e99999999999999999999"]
NUMBERS += ["1.00000000000000000001", "9007199254740991", "9007199254740992.0", "9007199254740994", "-9007199254740993"]
NUMBERS += [
    "12345678901234567890",
    "12345678901234567000",
    "18446744073709551616",
    "1e22",
    "1e23",
    "2.5e-324",
    "5e-324",
]
NUMBERS += [
    "2.2250738585072011e-308",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "000.1000e1",
    "4" + "0" * 500,
]
NUMBERS += [2**53, 2**53 + 2, 2**64, -(2**53) - 1, 2.0**70, 12345678901234567000]
NUMBERS += [True, False, None, [], [5], {}, 0, -1, 5.0, 1e-7, 5e-324, 2**53 + 1, 2**70, 10**400, 0.1 + 0.2, -0.0]
LINKS = [
    LINK,
    "http://[::1]:8888/x",
    "HTTPS://EXAMPLE.COM",
    "https://ünïcode.example/ß?q=é#z",
    "https://user:pw@example.com/",
]
LINKS += [
    f" {LINK}\n",
    "https://127.0.0.1/%20",
    "https://example.com./",
    "https://example.com?x",
    "https://example.com/[1]",
]
NO_LINKS = [
    "ftp://example.com",
    "//example.com",
    "example.com",
    "https://",
    "https://.",
    "https://a..b",
    "https://a b.com/",
]
NO_LINKS += [
    "https://example.com/a b",
    "https://example.com/%zz",
    "https://example.com:99999999",
    "https://example.com\\x",
]
NO_LINKS += [
    "javascript:alert(1)",
    "https://exa\u202emple.com",
    'https://example.com/"',
    "https://[::g]/",
    "https://\u2028",
    "x\n",
]
TEXTS = [
    "A baby seal",
    SEAL,
    "é",
    "e\u0301",
    "\u0000",
    "\u2028\u2029",
    '"\\/\b\f\n\r\t\x1f\x7f',
    "{field}",
    "</script>",
]
TEXTS += [
    " ",
    "\u3000\u00a0\ufeff\u200b",
    "\x1c",
    "\u180e",
    "\ud83d",
    "\udc00\ud83d",
    5,
    0,
    True,
    None,
    [],
    ["A"],
    {"a": 1},
]


def _about(field):
    """Draw a value of one field: taken, at a bound, just past it, or of another kind."""
    taken = list(field.choices.value) if field.choices else []
    taken += [field.default.value] if field.default else []
    near = [fact.value + step for fact in (field.minimum, field.maximum) if fact for step in (-1, -0.5, 0, 0.5, 1)]
    odd = {
        "string": TEXTS + (LINKS + NO_LINKS if field.is_url else ["PNG", "1:1 ", "fastest,", "bfl,replicate,fal"]),
        "number": NUMBERS,
        "boolean": [True, False, "true", "false", "True", 1, 0, "", None, "yes"],
        "array": [[], [""], [None, LINK], LINK, "no link", "", 5, True, {}, [5], [[LINK]], ["\ud83d"]],
    }[field.type]
    drawn = st.sampled_from(taken + near) if taken + near else st.just("A seal, " + SEAL)
    if field.type == "number":
        low, high = (fact.value if fact else end for fact, end in ((field.minimum, 0), (field.maximum, 12)))
        drawn = drawn | st.integers(low, high) | st.floats(low - 1, high + 1) | st.integers(low, high).map(str)
    if field.type == "array":
        drawn = st.lists(st.sampled_from([*LINKS, "", None]), max_size=5)
    return st.integers(0, 9).flatmap(lambda dice: st.sampled_from(odd) if dice == 9 else drawn)


def _values(spec):
    known = st.fixed_dictionaries({}, optional={field.name: _about(field) for field in spec.fields})
    other = st.dictionaries(
        st.sampled_from(["model", "generation_x", "\uffee", SEAL, "é", "__proto__"]), st.just(1), max_size=2
    )
    return st.tuples(st.booleans(), known, other).map(
        lambda drawn: {
            **(spec.defaults() | {"generation_prompt": "A baby seal"} if drawn[0] else {}),
            **drawn[1],
            **drawn[2],
        }
    )


def _drawn(strategy, count):
    found = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(values):
        found.append(values)

    draw()
    return found


def _chosen():
    """Yield what must be in the file, whatever is drawn."""
    pro, veo, sheet = "bfl/flux-1.1-pro", "google/veo-2", "sandbox/contact-sheet"
    clip_to = "bytedance/seedance-1.5-pro"
    clip = {"generation_prompt": "A baby seal", "generation_duration": 5}
    for length in (5000, 5001):
        yield pro, {"generation_prompt": SEAL * length}
        yield pro, {"generation_prompt": "a" * length}
    for length in (10_000, 10_001):
        yield clip_to, {**clip, "generation_input_file_last_content": LINK.ljust(length, SEAL)}
        yield veo, {**clip, "generation_input_file": [LINK, LINK.ljust(length, "é"), "no link"]}
    yield pro, {"generation_prompt": "a", "generation_ratio": "1" * 10001}
    for number in NUMBERS:
        yield pro, {"generation_prompt": "a", "generation_guidance_scale": number}
        yield pro, {"generation_prompt": "a", "generation_seed": number}
        yield veo, {**clip, "generation_duration": number}
        yield sheet, {"generation_prompt": "a", "generation_output_number": number}
    for text in TEXTS:
        yield pro, {"generation_prompt": text}
        yield pro, {"generation_prompt": "a", "generation_enhance_prompt": text}
    for link in [*LINKS, *NO_LINKS]:
        yield veo, {**clip, "generation_input_file": [link]}
        yield clip_to, {**clip, "generation_input_file_last_content": link}
    for links in ([], [""], [None, LINK], LINK, "no link", "", 5, True, {}, [5], [[LINK]], ["\ud83d"]):
        yield veo, {**clip, "generation_input_file": links}
    for count in (3, 4):
        yield "bfl/flux-2-pro", {"generation_prompt": "a", "generation_input_file": [LINK] * count}
    for switch in ("true", "false", " true", "TRUE", 1, 0, None, [], "", True, False):
        yield pro, {"generation_prompt": "a", "generation_moderation": switch}
    yield pro, {}
    yield veo, {}
    yield pro, {"generation_prompt": "a", "\uffee": 1, SEAL: 2, "Z": None, "a": "", "__proto__": 1, "constructor": 1}


def entries():
    """Return every entry, without repeats."""
    catalogue = Catalogue.load()
    pairs = list(_chosen())
    pairs += [(SEEDED, {"generation_prompt": "a", "generation_seed": text}) for text in _drawn(numbers.texts(), 200)]
    pairs += [(spec.model_id, values) for spec in catalogue.models for values in _drawn(_values(spec), DRAWS)]
    found = {}
    for model_id, values in pairs:
        checked = check(catalogue.find(model_id), values)
        seen = _typed(values)
        problems = [
            {"field": one.field, "code": one.code, "message": one.message, "severity": one.severity}
            for one in checked.problems
        ]
        body = checked.request.encoded.decode() if checked.request else None
        entry = {"model_id": model_id, "values": seen, "body": body, "problems": problems}
        found.setdefault(_line({"model_id": model_id, "values": seen}), _line(entry))
    return list(found.values())


def _typed(values):
    """Return values as they stand in the page, where half a surrogate pair can be typed."""
    is_half = re.search("[\ud800-\udfff]", json.dumps(values, ensure_ascii=False, default=str))
    return values if is_half else as_json(values)


def _line(entry):
    """Write an entry as one line; a lone surrogate, which no file can hold, as its escape."""
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[\ud800-\udfff\u2028\u2029]", lambda one: f"\\u{ord(one[0]):04x}", text)


if __name__ == "__main__":
    PATH.write_text("[\n" + ",\n".join(entries()) + "\n]\n", encoding="utf-8")
