"""Write catalogue.json, the part of the kernel's offer that the page's tests draw: run it after a sentence or rule changed."""

import json
from pathlib import Path

from genwidget.catalogue import Catalogue
from genwidget.widget.offers import offer

WITH_SCHEMA = "bfl/flux-1.1-pro"

offered = offer(Catalogue.load(), sandbox_offered=True)
for model in offered["models"]:
    if model["model_id"] != WITH_SCHEMA:
        model["schema"] = None
Path(__file__).with_suffix(".json").write_text(json.dumps(offered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
