"""The library in a browser's Python, under Node."""

import json
import subprocess

from tests.lite.conftest import TREE

LIMIT_S = 300


def test_a_picture_and_a_film_are_made_in_process(store):
    here = TREE / "tests" / "lite"
    command = ["node", here / "headless.mjs", store / "node_modules" / "pyodide", store / "wheels", TREE]
    command.append(here / "in_browser.py")
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    picture, film = json.loads(ended.stdout.splitlines()[-1])
    for made, media_type in ((picture, "image/png"), (film, "video/mp4")):
        assert (made["state"], made["row"], made["media_type"]) == ("succeeded", "succeeded", media_type)
        assert "await run" in made["told"]
        assert made["bytes"] > 10_000
    assert picture["spent"] > 0
