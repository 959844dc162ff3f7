"""Every route that reads, in the order in which a first contact asks them."""

from dataclasses import dataclass
from typing import Final

from genwidget.api.models import (
    Account,
    Billing,
    Data,
    Estimate,
    GenerationPage,
    LibraryModels,
    LibraryProviders,
    ModelsHealth,
    ProvidersHealth,
    ServiceHealth,
    Status,
    Usage,
)
from genwidget.live_check.compare import ENVELOPE, PAGING, Expected

MODEL_ID: Final = "bfl/flux-schnell"
#: How many generations the estimate is asked for.
COUNT: Final = 2


_PLAIN: Final = Expected()


@dataclass(frozen=True, slots=True)
class Question:
    """One route that reads, and the type of its data; ``is_private`` where the data is of the account."""

    path: str
    kind: type[Data]
    expected: Expected = _PLAIN
    is_private: bool = False

    @property
    def where(self) -> str:
        """How the table names it."""
        return f"GET {self.path.partition('?')[0]}"


STATUS: Final = Question("/v1/status", Status, Expected(message="API connected successfully"), is_private=True)
LIST: Final = Question("/v1/content/list?limit=1", GenerationPage, Expected(names=ENVELOPE | PAGING), is_private=True)
MODELS: Final = Question("/v1/library/models", LibraryModels)
ESTIMATE: Final = Question(f"/v1/estimate/{MODEL_ID}?count={COUNT}", Estimate)
_BILLED: Final = Expected(message="User billing data retrieved successfully")

QUESTIONS: Final = (
    STATUS,
    Question("/v1/user/account", Account, is_private=True),
    Question("/v1/user/billing", Billing, _BILLED, is_private=True),
    Question("/v1/usage?days=7", Usage, is_private=True),
    MODELS,
    Question("/v1/library/providers", LibraryProviders),
    ESTIMATE,
    Question("/v1/health/inference/providers", ProvidersHealth),
    Question("/v1/health/inference/models", ModelsHealth),
    Question("/v1/health/storage", ServiceHealth),
    Question("/v1/health/cache", ServiceHealth),
    LIST,
)
