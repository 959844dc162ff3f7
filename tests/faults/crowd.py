"""One of several processes that send at once and write one ledger: ``python -m tests.faults.crowd NAME COUNT``."""

import sys
from concurrent.futures import ThreadPoolExecutor

from genwidget.api.keys import ApiKey
from genwidget.api.regions import resolve
from genwidget.catalogue import Catalogue
from genwidget.request.validation import prepare
from genwidget.runs.runner import shared
from genwidget.sandbox import API_KEY
from tests.faults.wishes import MODEL_ID

AT_ONCE = 4


def main(name: str, count: int) -> None:
    """Make so many generations; every second run is forgotten again."""
    target, key = resolve("sandbox"), ApiKey(API_KEY)

    def make(number: int) -> None:
        request = prepare(Catalogue.load(), "image", MODEL_ID, {"generation_prompt": f"{name} {number}"})
        run = shared().start(request, target, key).wait(60)
        assert shared().ledger.find(run.run_id) is not None
        if number % 2:
            assert shared().ledger.forget(run.run_id)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(make, number) for number in range(count)]:
            done.result()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
