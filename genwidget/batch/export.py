"""A sweep as code that anyone can run: Python with this package, or a plan and the command that runs it.

Both plan the same items as the form, tell what they cost, send them, save the files and print their paths.
"""

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from genwidget.api.export import python_literal, region_of, waiting
from genwidget.batch.plan import Plan
from genwidget.batch.sweep import sweep
from genwidget.catalogue import Catalogue
from genwidget.errors import GenwidgetError
from genwidget.request import body as bodies
from genwidget.request.drafts import is_empty

_ANEW: Final = "Each run of this makes a new batch and pays for it. {go_on} goes on with one that was begun."
#: Where the files go, by the type of the first model.
FOLDERS: Final = {"image": "pictures", "video": "films"}


@dataclass(frozen=True)
class Swept:
    """What :func:`genwidget.sweep` is given, as far as it can be written down.

    Attributes:
        models: identifiers, the outermost axis.
        base: what all items share.
        axes: the values of each field that is varied, by whole field names.
        repeat: how often each combination is made.
    """

    models: Sequence[str]
    base: Mapping[str, Any]
    axes: Mapping[str, Any]
    repeat: int

    def plan(self, catalogue: Catalogue) -> Plan:
        """Return the plan; errors as of :func:`genwidget.sweep`."""
        return sweep(self.models, base=self.base, repeat=self.repeat, catalogue=catalogue, **self.axes)

    def tidied(self, catalogue: Catalogue) -> "Swept":
        """Return the same without what no item has, each value as its field's type."""
        specs = [spec for model_id in reversed(self.models) if (spec := catalogue.find(model_id)) is not None]
        fields = {field.name: field for spec in specs for field in spec.fields}
        defaults = {name for spec in specs for name in spec.defaults()}
        base = {
            name: bodies.coerce(fields[name], value)
            for name, value in self.base.items()
            if name in fields and name not in self.axes and (name in defaults or not is_empty(value))
        }
        axes = {name: [bodies.coerce(fields[name], one) for one in values] for name, values in self.axes.items()}
        return Swept(self.models, base, axes, self.repeat)


def to_code(
    language: Literal["python", "shell"], swept: Swept, catalogue: Catalogue, base_url: str, *, is_sandbox: bool = False
) -> str:
    """Return a program that sends the items of a sweep.

    Args:
        language: of the program; ``shell`` is a plan and the command that runs it.
        swept: the sweep.
        catalogue: the models known.
        base_url: the API's origin; that of a region is written as the region.
        is_sandbox: it is this user's sandbox, which is named as a region, and needs no key.

    Raises:
        InvalidRequest: an item has a problem, or there is none.
        UnknownModel: a model that the catalogue does not have.
    """
    swept.plan(catalogue).require()
    spec = catalogue.find(swept.models[0])
    folder = FOLDERS[spec.model_type if spec else "image"]
    tidied = swept.tidied(catalogue)
    where = words_for(language, base_url, is_sandbox=is_sandbox)
    if language == "shell":
        return shell_of(_plan_file(tidied), where, folder)
    is_shipped = _is_of(swept, Catalogue.load())
    begin = "from genwidget import sweep\n" if is_shipped else _ask_for_models(where, is_keyless=is_sandbox)
    return python_of(f"{begin}\n{_plan(tidied, () if is_shipped else ('catalogue=catalogue',))}", where, folder)


def words_for(language: Literal["python", "shell"], base_url: str, *, is_sandbox: bool) -> str:
    """Return how a program names where its requests go: a region where it is one, else the API's origin."""
    base_url = base_url.rstrip("/")
    region = "sandbox" if is_sandbox else region_of(base_url)
    if language == "shell":
        return f"--region {region}" if region else f"--base-url {shlex.quote(base_url)}"
    return f'region="{region}"' if region else f"base_url={python_literal(base_url)}"


def _is_of(swept: Swept, shipped: Catalogue) -> bool:
    """Tell whether the models that ship are enough for a sweep."""
    try:
        swept.plan(shipped).require()
    except GenwidgetError:
        return False
    return True


def _ask_for_models(where: str, *, is_keyless: bool) -> str:
    """Write the imports, and the question for the models that the API's list adds."""
    made, wait = waiting()
    imports, key = ("", "") if is_keyless else ("import os\n\n", ', key=os.environ["BABYSEA_API_KEY"]')
    return f"""{imports}from genwidget import Client, sweep

{made}({where}{key}) as client:
    catalogue = {wait}client.known_models()
"""


def _plan(swept: Swept, further: Sequence[str]) -> str:
    members = "".join(f"        {python_literal(name)}: {python_literal(one)},\n" for name, one in swept.base.items())
    varied = [f"{name}={python_literal(list(values))}" for name, values in swept.axes.items()]
    repeat = [f"repeat={swept.repeat}"] if swept.repeat > 1 else []
    keywords = "".join(f"    {one},\n" for one in (*varied, *repeat, *further))
    return f"""plan = sweep(
    {python_literal(_one_or_all(swept.models))},
    base={{
{members}    }},
{keywords})
"""


def python_of(plan: str, where: str, folder: str) -> str:
    """Return the Python that makes a plan by the name of ``plan``, and sends it."""
    _, wait = waiting()
    estimate = "print(plan)" if wait else f"print(plan.estimate({where}))"
    saved = "" if wait else f", save_to={python_literal(folder)}"  # in a browser the page saves
    waited = "await batch" if wait else "batch.wait()"
    return f"""{plan}{estimate}
# {_ANEW.format(go_on="Batch.open(batch.batch_id)")}
batch = plan.run({where}{saved})
{waited}
for item in batch.items():
    print(item.number, item.error or item.state, *item.files)
"""


def _plan_file(swept: Swept) -> str:
    return f"""model = {as_toml(_one_or_all(swept.models))}
repeat = {swept.repeat}

[base]
{_members(swept.base)}
[fields]
{_members(swept.axes)}"""


def shell_of(plan: str, where: str, folder: str) -> str:
    """Return the commands that write a plan as TOML, and send it."""
    # What is written there again is the same, so that no file of another plan is lost.
    name = f"plan-{hashlib.sha256(plan.encode()).hexdigest()[:8]}.toml"
    return f"""cat > {name} <<'PLAN'
{plan}PLAN
genwidget batch run {name} {where} --check &&
# {_ANEW.format(go_on="genwidget batch resume BATCH")}
genwidget batch run {name} {where} --output {folder}
"""


def _one_or_all(models: Sequence[str]) -> str | list[str]:
    return models[0] if len(models) == 1 else list(models)


def _members(values: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {as_toml(value)}\n" for name, value in values.items())


def as_toml(value: Any) -> str:
    """Write a value as TOML: JSON is, but for one control character that JSON leaves as it is, and for null."""
    if value is None:
        return '""'  # which is as empty
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
