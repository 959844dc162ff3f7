"""The recipe of a run on the sandbox: what it says, where it is written, and what is never in it."""

import hashlib
import itertools
import json
from dataclasses import replace

import pytest

from genwidget import read_recipe
from genwidget.errors import NoRecipe, OutputExists
from genwidget.recipes.read import beside
from genwidget.runs import runner
from genwidget.sandbox import API_KEY
from tests.widget.conftest import FAST, PROMPT

#: A model, its values, how its files end, and whether a recipe goes inside them and beside them.
SAVED = [
    *(("bfl/flux-1.1-pro", {}, "png", *wish) for wish in itertools.product([True, False], repeat=2)),
    ("bfl/flux-1.1-pro", {"generation_output_format": "jpg"}, "jpg", True, True),
    ("bfl/flux-1.1-pro", {"generation_output_format": "webp"}, "webp", True, True),
    ("bytedance/seedance-1-pro", {}, "mp4", True, True),
]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "files"
    path.mkdir()
    return path


@pytest.fixture
def made(make):
    """Make a run of a model with some values."""

    def make_run(model="bfl/flux-1.1-pro", values=None, **options):
        playground = make(model=model, **options)
        playground.lock_key()
        playground.values = {**playground.values, "generation_prompt": PROMPT, **(values or {})}
        return playground.send().wait(60)

    return make_run


@pytest.mark.parametrize(("model", "values", "extension", "is_inside", "is_beside"), SAVED)
def test_it_is_written_where_it_was_asked_for(made, folder, model, values, extension, is_inside, is_beside):
    run = made(model, values)
    (output,) = run.outputs
    place = output.save(folder, recipe=is_beside, embed=is_inside)
    assert place.suffix == f".{extension}"
    assert sorted(folder.iterdir()) == sorted([place, *([beside(place)] if is_beside else [])])
    assert (place.read_bytes() == output.read()) is not is_inside
    if not is_inside and not is_beside:
        with pytest.raises(NoRecipe):
            read_recipe(place)
        return
    recipe = read_recipe(place)
    assert recipe == run.recipe
    assert (recipe.model_id, recipe.region, recipe.generation_id) == (model, "sandbox", run.generation_id)
    assert (recipe.body, recipe.provider, recipe.credits) == (dict(run.request), run.provider, run.credits)
    (file,) = recipe.files
    assert (file.sha256, file.size) == (hashlib.sha256(output.read()).hexdigest(), len(output.read()))


def test_what_it_says_is_enough_to_send_it_again(made, make):
    run = made(values={"generation_seed": 5})
    again = made(run.recipe.model_id, run.recipe.body)
    assert (again.request, again.recipe.seed) == (run.request, 5)
    assert again.outputs[0].read() == run.outputs[0].read()


def test_a_restored_run_has_the_same_but_for_what_no_row_has(made, carrier, monkeypatch, make):
    run = made()
    carrier.close()
    one = runner.Runner()
    monkeypatch.setattr(runner, "shared", lambda: one)
    (same,) = make().runs
    assert same.recipe == run.recipe
    one.close()


def test_the_setting_turns_it_off_and_the_call_beats_the_setting(made, folder):
    (output,) = made(settings=replace(FAST, save_recipes=False)).outputs
    first, second = output.save(folder), output.save(folder, recipe=True)
    assert sorted(folder.iterdir()) == sorted([first, second, beside(second)])


def test_a_body_that_is_not_stored_is_in_no_recipe(made, folder):
    place = made(settings=replace(FAST, store_bodies=False)).outputs[0].save(folder, embed=True)
    assert read_recipe(place).body is None
    assert PROMPT.encode() not in place.read_bytes() + beside(place).read_bytes()


def test_nothing_is_written_over_and_no_file_gets_the_recipe_of_another(made, folder):
    (output,) = made().outputs
    stale = beside(folder / output.file_name("image/png"))
    stale.write_text("mine")
    place = output.save(folder)
    assert place.name == output.file_name("image/png", 2)
    assert (stale.read_text(), read_recipe(place).generation_id) == ("mine", output.generation_id)
    other = folder / "seal.png"
    beside(other).write_text("mine")
    assert output.save(other) == other
    assert beside(other).read_text() == "mine"
    with pytest.raises(OutputExists):
        output.save(other)


def test_no_key_is_in_a_recipe_even_where_someone_pasted_it_as_a_prompt(made, folder):
    run = made(values={"generation_prompt": f"my key is {API_KEY}"})
    place = run.outputs[0].save(folder, embed=True)
    written = [place.read_bytes(), beside(place).read_bytes(), run.recipe.json_text.encode(), repr(run.recipe).encode()]
    assert [API_KEY.encode() in one for one in written] == [False] * 4
    assert "my key is bye_" in json.loads(beside(place).read_bytes())["body"]["generation_prompt"]


def test_a_recipe_that_cannot_be_written_leaves_the_file(made, folder, caplog):
    (output,) = made().outputs
    place = folder / ("x" * 250 + ".png")  # a longer name fits no file system
    assert output.save(place) == place
    assert place.read_bytes() == output.read()

    assert "cannot be written" in caplog.text
