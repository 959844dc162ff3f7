"""A sweep as code: it plans what the form plans, item by item, and asks for what it needs."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from genwidget.batch.export import Swept, to_code
from genwidget.batch.plan_file import read_plan
from genwidget.batch.tables import TableOptions
from genwidget.catalogue import Catalogue
from genwidget.errors import InvalidRequest, UnknownModel

US = "https://api.us.babysea.ai"
NASTY = "it's \"quoted\" $HOME `id` \\n ${x} \n PLAN \nPLAN\n \u2028 🦭 {0} \x07 \x7f '''"
FORM = {
    "generation_prompt": NASTY,
    "generation_guidance_scale": "1e-7",
    "generation_num_inference_steps": "",
    "generation_moderation": False,
    "generation_input_file": ["https://a.example/1.png"],
    "generation_seed": "7",
    "generation_ratio": "3:4",
}
SWEEPS = [
    Swept(["bfl/flux-1.1-pro"], FORM, {"generation_seed": ["1", "2"]}, 1),
    Swept(["bfl/flux-schnell", "bfl/flux-1.1-pro"], FORM, {"generation_ratio": ["1:1", "16:9"]}, 3),
    Swept(["bfl/flux-1.1-pro"], {}, {"generation_prompt": [NASTY, "a fox"], "generation_moderation": [True, False]}, 1),
    Swept(["bfl/flux-schnell"], {"generation_prompt": "a seal"}, {}, 2),
]


def bodies(plan):
    return [(item.draft.model_id, item.verdict.request.body) for item in plan]


def write(language, swept, **place):
    return to_code(language, swept, Catalogue.load(), US, **place)


@pytest.mark.parametrize("swept", SWEEPS)
def test_the_python_plans_the_same_items_in_the_same_order(swept):
    planned, _ = write("python", swept).split("print(plan.estimate", 1)
    names = {}
    exec(compile(planned, "exported.py", "exec"), names)  # noqa: S102 - our own code
    assert bodies(names["plan"]) == bodies(swept.plan(Catalogue.load()))


@pytest.mark.parametrize("swept", SWEEPS)
def test_the_shell_writes_a_plan_of_the_same_items_in_the_same_order(tmp_path, swept):
    fake = tmp_path / "genwidget"
    fake.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/asked"\n')
    fake.chmod(0o755)
    subprocess.run(
        [shutil.which("sh"), "-c", write("shell", swept)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        cwd=tmp_path,
        check=True,
    )
    (plan,) = tmp_path.glob("plan-*.toml")
    assert bodies(read_plan(plan, TableOptions())) == bodies(swept.plan(Catalogue.load()))
    assert (tmp_path / "asked").read_text().splitlines() == [
        f"batch run {plan.name} --region us --check",
        f"batch run {plan.name} --region us --output pictures",
    ]


def test_a_value_is_written_as_its_field_reads_it_and_what_no_model_has_is_left_out():
    code = write("python", SWEEPS[0])
    assert "generation_seed=[1, 2]," in code
    assert '"generation_guidance_scale": 1e-07,' in code
    assert '"generation_num_inference_steps": None,' in code  # an emptied default is not sent
    alone = Swept(["bfl/flux-schnell"], FORM, {}, 2)
    assert "generation_seed" not in write("python", alone)


def test_another_host_is_named_and_the_sandbox_has_no_port():
    assert 'base_url="http://127.0.0.1:8931"' in to_code(
        "python", SWEEPS[3], Catalogue.load(), "http://127.0.0.1:8931/"
    )
    assert "--base-url 'http://a b'" in to_code("shell", SWEEPS[3], Catalogue.load(), "http://a b")
    for language, named in (("python", 'region="sandbox"'), ("shell", "--region sandbox")):
        code = to_code(language, SWEEPS[3], Catalogue.load(), "http://127.0.0.1:8931", is_sandbox=True)
        assert named in code
        assert "8931" not in code


def test_films_go_into_a_folder_of_their_own():
    film = Swept(["bytedance/seedance-1.5-pro"], {"generation_prompt": "waves"}, {"generation_duration": [4, 5]}, 1)
    assert 'save_to="films"' in write("python", film)


def test_the_python_asks_for_the_list_where_a_model_does_not_ship():
    shipped = Catalogue.load()
    new = replace(shipped.find("bfl/flux-schnell"), model_id="new/model")
    swept = Swept(["new/model"], {"generation_prompt": "a seal"}, {}, 2)
    code = to_code("python", swept, Catalogue([*shipped.models, new]), US)
    compile(code, "exported.py", "exec")
    assert 'with Client.blocking(region="us", key=os.environ["BABYSEA_API_KEY"]) as client:' in code
    assert "catalogue=catalogue," in code
    assert "Client" not in write("python", SWEEPS[0])


def test_what_cannot_be_sent_is_not_written():
    with pytest.raises(InvalidRequest):
        write("python", Swept(["bfl/flux-schnell"], {}, {}, 2))
    with pytest.raises(UnknownModel):
        write("shell", Swept(["no/model"], {"generation_prompt": "x"}, {}, 1))
