"""What a plan shows of itself."""

import pytest

from genwidget.batch import plan as plans
from genwidget.batch.sweep import sweep
from genwidget.batch.tables import TableOptions, plan_of_table
from genwidget.catalogue import Catalogue

MODEL = "bfl/flux-1.1-pro"  # whose price ships
UNPRICED = "qwen/image"
RATIOS = ["1:1", "16:9"]
PRICE = Catalogue.load().find(MODEL).price.credits


def cost(count):
    return f"{count * PRICE:.3f} credits"


@pytest.mark.parametrize(
    ("plan", "line"),
    [
        (sweep(MODEL, prompt="a"), f"1 item: {MODEL} · {cost(1)}"),
        (
            sweep(MODEL, prompt="a", ratio=RATIOS, repeat=3),
            f"6 items: {MODEL} · generation_ratio 2 \N{MULTIPLICATION SIGN} repeat 3 · {cost(6)}",
        ),
        (
            sweep([MODEL, UNPRICED], prompt="a", ratio=RATIOS),
            f"4 items: {MODEL}, {UNPRICED} · generation_ratio 2 · {cost(2)} · 2 of unknown price",
        ),
        (
            sweep(MODEL, prompt=["a", ""], where=lambda _: True),
            f"2 items: {MODEL} · generation_prompt 2 · {cost(1)} · 1 with an error",
        ),
        (sweep(MODEL, prompt="a", where=lambda _: False), f"0 items: {MODEL}"),
        (
            plan_of_table([{"model": MODEL, "prompt": "a"}, {"model": UNPRICED, "prompt": "a"}], TableOptions()),
            f"2 items: {MODEL}, {UNPRICED} · {cost(1)} · 1 of unknown price",
        ),
    ],
)
def test_a_plan_tells_its_models_its_axes_and_what_it_costs(plan, line):
    assert repr(plan) == f"<Plan {line}>"


def test_a_large_plan_is_not_looked_through_to_be_shown(monkeypatch):
    monkeypatch.setattr(plans, "Checker", None)  # whoever looks needs one
    assert repr(sweep(MODEL, prompt="a", repeat=100_000)) == f"<Plan 100,000 items: {MODEL} · repeat 100,000>"


def test_the_line_is_short_however_much_there_is():
    names = {f"{name}{'_' * 500}": ["1", "2"] for name in "abcdef"}
    models = [one.model_id for one in Catalogue.load().models if one.model_type == "image"]
    line = repr(sweep(models, template="".join(f"{{{name}}}" for name in names), **names))
    assert "3 more" in line
    assert "\n" not in line
    assert len(line) < 500
