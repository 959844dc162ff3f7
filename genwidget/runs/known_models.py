"""The models that a command or a magic can ask for: those that ship, and those that the API's own list adds."""

from genwidget import io_thread
from genwidget.api.keys import ApiKey
from genwidget.api.live_models import Known
from genwidget.api.regions import named_sandbox, resolve
from genwidget.catalogue import Catalogue
from genwidget.runs import runner
from genwidget.settings import Settings


def find_models(region: str, base_url: str | None, key: ApiKey | None, model_id: str | None = None) -> Known:
    """Return the models known, the API's list fetched where it is needed; without a key it cannot be asked.

    Raises:
        ConfigurationError: the sandbox is not installed.
    """
    shipped = Catalogue.load()
    if region == "sandbox" and base_url is None and named_sandbox() is None:
        return Known(shipped)  # all that it has ships, so it is not started for its list
    own = runner.shared()
    api = own.api(resolve(region, base_url), key, Settings.from_environment())
    return io_thread.wait_or_end(own.submit(api.learn(model_id)))
