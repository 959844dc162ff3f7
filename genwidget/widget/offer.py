"""What the page is given once: the models, the sentences and the rules of both sides; the first paint waits for it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from genwidget.api.pasted_key import CUSTOM_KEY_PATTERN, KEY_PATTERN
from genwidget.api.regions import REGIONS, is_sandbox_installed, sandbox_key
from genwidget.arguments import UUID_FORM
from genwidget.catalogue import Catalogue, FieldSpec, ModelSpec
from genwidget.messages import MESSAGES
from genwidget.request import body as bodies
from genwidget.request.decimals import NUMBER
from genwidget.request.validation import ENDPOINT, SEPARATOR
from genwidget.widget.dashboard import is_dashboard

if TYPE_CHECKING:
    from genwidget.widget.payload_types import CataloguePayload, FieldPayload, ModelPayload

#: Patterns and limits that the page shares, each usable as it is in Python and JavaScript.
RULES: Final[dict[str, str | int]] = {
    "number": NUMBER,
    "url": bodies.URL,
    "blank": bodies.BLANK,
    "endpoint": ENDPOINT,
    "key": KEY_PATTERN,
    "custom_key": CUSTOM_KEY_PATTERN,
    "uuid": UUID_FORM,
    "text_limit": bodies.TEXT_LIMIT,
    "choice_separator": SEPARATOR,
}

#: How the codes of sentences begin that the page never says by itself: every notebook saves those that it has.
KERNEL_ONLY: Final = (
    "advice_",
    "attribute_is_field",
    "bad_base_url",
    "bad_batch_options",
    "bad_callable",
    "bad_catalogue",
    "bad_environment",
    "bad_generation_id",
    "bad_history",
    "bad_idempotency_key",
    "bad_interval",
    "bad_option",
    "bad_path",
    "bad_rating",
    "bad_record",
    "bad_seconds",
    "bad_setting",
    "bad_spend_limit",
    "bad_values",
    "bad_whole",
    "batch_",
    "broke_off",
    "certificates_unusable",
    "check_",
    "cli_",
    "client_closed",
    "closed_unanswered",
    "content_not_all",
    "countdown_",
    "credits_back",
    "credits_not_back",
    "deadline_explained_run",
    "display_",
    "embed_",
    "file_",
    "fill_not_stored",
    "first_not_ended",
    "followed_elsewhere",
    "forget_live",
    "form_",  # built into a further module
    "input_",
    "invalid_http",
    "key_in_debug_log",
    "key_literal",
    "key_not_callable",
    "key_of_other_",
    "keys_",  # built into a further module
    "lab_missing",
    "ledger_",
    "magic_",
    "may_be_done",
    "menu_price_",
    "money_",
    "no_attribute",
    "no_outputs_",
    "no_threads",
    "no_thumbnail",
    "not_a_picture",
    "not_from_io_thread",
    "not_installed_",
    "odd_",
    "only_read",
    "output_encoded",
    "output_too_large",
    "page_not_built",
    "panel_is_new",
    "paste_",
    "pillow_missing",
    "proxy_",
    "rating_too_early",
    "recipe_",
    "refused_",
    "response_encoded",
    "resume_",
    "runner_closed",
    "sandbox_failed",
    "setting_",
    "sheet_",
    "sidebar_",
    "spend_limit_of_",
    "spend_limit_reserved",
    "spend_of_",
    "template_",
    "timeline_",
    "unknown_variable",
    "unreached_",
    "unsent_",
)
#: Of these what is drawn before the kernel's first word.
_FIRST: Final = {"timeline_checking", "timeline_sending"}
_PAGE_MESSAGES: Final = {
    code: template for code, template in MESSAGES.items() if not code.startswith(KERNEL_ONLY) or code in _FIRST
}


def is_sandbox_offered(region_id: str, wish: bool | None, environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether the page offers the sandbox: as wished; else everywhere but in a dashboard, which has visitors."""
    if wish is not None:
        return wish
    return region_id == "sandbox" or not is_dashboard(environment)


def offer(catalogue: Catalogue, *, sandbox_offered: bool) -> "CataloguePayload":
    """Return the ``catalogue`` trait."""
    return {
        "models": [_model(spec) for spec in catalogue.models if sandbox_offered or not spec.sandbox_only],
        "messages": _PAGE_MESSAGES,
        "rules": RULES,
        "regions": [
            {"region_id": region.region_id, "label": region.label, "api_url": region.api_url}
            for region in REGIONS.values()
            if sandbox_offered or region.region_id != "sandbox"
        ],
        "sandbox_key": sandbox_key() if sandbox_offered and is_sandbox_installed() else None,
        "sandbox_offered": sandbox_offered,
    }


def _model(spec: ModelSpec) -> "ModelPayload":
    price = spec.price
    return {
        "model_id": spec.model_id,
        "model_type": spec.model_type,
        "providers": list(spec.providers.value),
        "price": None if price is None else {"kind": price.kind, "credits": price.credits, "table": price.table},
        "sandbox_only": spec.sandbox_only,
        "fields": [_field(field) for field in spec.fields],
    }


def _field(field: FieldSpec) -> "FieldPayload":
    facts = field.facts

    def value(name: str) -> Any:
        return facts[name].value if name in facts else None

    payload: FieldPayload = {
        "name": field.name,
        "type": field.type,
        "group": field.group,
        "description": field.description,
        "required": field.required.value,
        "default": value("default"),
        "choices": None if field.choices is None else list(field.choices.value),
        "minimum": value("minimum"),
        "maximum": value("maximum"),
        "max_length": value("max_length"),
        "max_items": value("max_items"),
        "is_url": field.is_url,
        "standing": {name: fact.standing for name, fact in facts.items()},
    }
    if field.is_integer:
        payload["is_integer"] = True
    return payload
