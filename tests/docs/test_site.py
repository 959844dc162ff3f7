"""The documentation site, built as ``make docs`` builds it: links, names, variables, and nothing from another host."""

import html
import inspect
import re
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

import genwidget
import genwidget.sandbox
from genwidget import errors
from genwidget.settings import variable_names
from tests.docs.fences import ROOT
from tests.unit.test_public_names import COMMANDS, PATHS

VARIABLE = re.compile(r"\b(?:GENWIDGET|BABYSEA)_[A-Z][A-Z_]*[A-Z]\b")
#: What a browser loads by itself, by element and attribute; a link is only followed by a person.
LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("source", "src"), ("video", "src"), ("iframe", "src")}
#: Methods by which the parts of the package meet; a program of others has no use for them.
PARTS = {
    "genwidget.Playground": {
        *("catalogue", "estimate", "fold", "history_state", "host", "host_fixed", "is_closed", "is_used"),
        *(
            "alert",
            "get_state",
            "key_entry",
            "key_hint",
            "layout",
            "locked",
            "menu_prices",
            "open",
            "post",
            "posting",
            "run",
            "session",
            "set_state",
        ),
        *("spending", "unfold", "views"),
    },
    "genwidget.Run": {"advance", "restate"},
    "genwidget.Output": {"recipe_beside"},
    "genwidget.Client": {"over", "learn", "attempts", "report_change"},
    "genwidget.Batch": {"launch", "leave_to_parent", "parts", "unwritten"},
}


class Page(HTMLParser):
    """The ids of a page, and what it refers to."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loaded, self.rows = set(), [], [], {}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        for name in ("href", "src"):
            if given.get(name):
                self.links.append(given[name])
                if (tag, name) in LOADED:
                    self.loaded.append(given[name])


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site beside a page that stands for the one that `make lite` builds."""
    root = tmp_path_factory.mktemp("site")
    (root / "lite").mkdir()
    (root / "lite" / "index.html").write_text("<title>live</title>")
    command = [sys.executable, ROOT / "docs" / "build.py", root / "docs", root / "lite"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return root / "docs"


@pytest.fixture(scope="session")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html")}


@pytest.fixture(scope="session")
def entries(site):
    """Every name that the reference has an entry for."""
    _head, _, packed = (site / "objects.inv").read_bytes().partition(b"using zlib.\n")
    return set(re.findall(r"^(\S+) py:\w+ ", zlib.decompress(packed).decode(), re.MULTILINE))


def test_every_link_inside_the_site_leads_somewhere(site, pages):
    dead = []
    for path, page in pages.items():
        for link in page.links:
            scheme, host, target, _, fragment = urlsplit(link)
            if scheme or host:
                continue
            there = (path.parent / unquote(target)).resolve() if target else path
            there = there / "index.html" if there.is_dir() else there
            is_there = there.is_relative_to(site) and there.is_file()
            if not is_there or (fragment and there in pages and unquote(fragment) not in pages[there].ids):
                dead.append((path.name, link))
    assert dead == []


def test_no_page_loads_anything_from_another_host(site, pages):
    assert [one for page in pages.values() for one in page.loaded if urlsplit(one).netloc] == []
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert sheets
    assert [
        found for text in sheets for found in re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//\S+", text)
    ] == []


def test_the_front_door_leads_to_the_live_page(site, pages):
    assert "lite/index.html" in pages[site / "index.html"].links
    assert (site / "lite" / "index.html").read_text() == "<title>live</title>"


def test_every_public_name_has_an_entry(entries):
    assert PATHS - {"genwidget", "genwidget.sandbox", "genwidget.errors"} <= entries
    named = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, Exception)}
    assert len(named) > 40
    assert {f"genwidget.errors.{name}" for name in named} <= entries


def _members(path):
    """Return the public attributes that our own classes give to a public class."""
    module, _, name = path.rpartition(".")
    kind = getattr(sys.modules[module], name)
    own = [base for base in kind.__mro__ if base.__module__.startswith("genwidget")] if inspect.isclass(kind) else []
    return {f"{path}.{member}" for base in own for member in vars(base) if not member.startswith("_")}


@pytest.mark.parametrize("path", sorted(PATHS - {"genwidget", "genwidget.sandbox", "genwidget.errors"}))
def test_every_method_and_attribute_of_a_public_class_has_an_entry(path, entries):
    assert genwidget.sandbox
    parts = {f"{path}.{name}" for name in PARTS.get(path, ())}
    assert _members(path) - parts <= entries
    assert not parts & entries


def test_what_a_plan_is_begun_with_and_a_template_are_told_of(entries):
    named = {"plan.Plan.run", "plan.Plan.estimate", "templates.Template.fill", "batch_item.BatchItem.files"}
    assert {f"genwidget.batch.{name}" for name in named} <= entries


def _told(site):
    """Return what each entry of the reference says, up to the next entry, by its name."""
    told = {}
    for path in (site / "api").glob("*.html"):
        for part in path.read_text(encoding="utf-8").split('<dt class="sig ')[1:]:
            text = html.unescape(re.sub(r"<[^>]+>", "", part[part.index(">") + 1 :]))
            told[re.search(r'id="([^"]+)"', part)[1]] = re.sub(r"\s+", " ", text)
    return told


def test_no_sentence_of_a_property_is_taken_for_its_type(site):
    told, found = _told(site), 0
    for path in PATHS:
        module, _, name = path.rpartition(".")
        kind = getattr(sys.modules.get(module), name, None)
        for member in dir(kind) if inspect.isclass(kind) else ():
            one = inspect.getattr_static(kind, member)
            first = (inspect.getdoc(one) or "").partition("\n")[0]
            if isinstance(one, property) and f"{path}.{member}" in told and ":" in first and ":`" not in first:
                assert first.replace("`", "") in told[f"{path}.{member}"]
                found += 1
    assert found > 4


def test_parameters_are_told_once_and_only_where_someone_gives_them(site):
    told = _told(site)
    assert [name for name, text in told.items() if text.count("Parameters:") > 1] == []
    for name in ("genwidget.Batch", "genwidget.Run", "genwidget.batch.plan.Plan"):
        assert "Parameters:" not in told[name]
    assert "Parameters:" in told["genwidget.Playground"]


@pytest.mark.parametrize("name", ["API_KEY", "API_KEYS", "STATE_KEYS"])
def test_a_value_is_told_of_by_its_own_comment(site, name):
    assert re.search(r"¶ (The key that|One key per|Keys in other)", _told(site)[f"genwidget.sandbox.{name}"])


def test_every_variable_that_the_code_names_is_in_the_table(site):
    text = (site / "settings.html").read_text(encoding="utf-8")
    table = text[text.index("<table") : text.index("</table>")]
    cells = [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        for row in table.split("<tr")[2:]
    ]
    variables = [variable for variable, *_ in cells]
    sources = [
        *(ROOT / "genwidget").rglob("*.py"),
        *(ROOT / "js" / "src").rglob("*.ts*"),
        *(ROOT / "lite").glob("*.py"),
    ]
    documents = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "Makefile", *(ROOT / "docs").glob("*.md")]
    named = {one for path in (*sources, *documents) for one in VARIABLE.findall(path.read_text(encoding="utf-8"))}
    assert set(variables) == named | variable_names()
    assert len(variables) == len(set(variables))
    assert all(meaning.endswith(".") and len(meaning) > 20 for _, meaning, *_ in cells)


def test_every_command_is_shown_with_its_options(site):
    text = re.sub(r"<[^>]+>", "", (site / "shell.html").read_text(encoding="utf-8"))
    for command, options in COMMANDS.items():
        if options and command:
            assert f"usage: genwidget {command} " in text
            assert [one for one in options if one.startswith("-") and one.split()[-1] not in text] == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name)
def test_a_page_has_no_block_of_code_but_those_that_tests_run(path):
    # A directive stands between colons, so that whatever stands between backticks is code.
    assert not re.search(r"^\s*(```+ ?\{|:::+ ?\{(?:code|source|literal|eval))", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.rst")), ids=lambda path: path.name)
def test_the_reference_is_of_docstrings_alone(path):
    assert not re.search(r"^(?!\.\. ).*::\s*$|code-block|literalinclude", path.read_text("utf-8"), re.MULTILINE)
