"""Write catalogue.json, the part of the kernel's offer that the page's tests draw: run it after a sentence or rule changed."""

import json
from pathlib import Path

from genwidget.catalogue import Catalogue
from genwidget.widget.offers import offer

MODELS = {
    "bfl/flux-1.1-pro",
    "bfl/flux-schnell",
    "bfl/flux-2-pro",
    "google/nano-banana",
    "bytedance/seedance-1-pro",
    "kling/v1.5-pro",
    "sandbox/contact-sheet",
}

offered = offer(Catalogue.load(), sandbox_offered=True)
offered["models"] = [model for model in offered["models"] if model["model_id"] in MODELS]
for model in offered["models"]:
    for said in model["schema"]["properties"].values():
        del said["x-facts"]
Path(__file__).with_suffix(".json").write_text(json.dumps(offered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
