"""The sandbox's ASGI application: its table of routes."""

from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as StarletteRoute

from genwidget.sandbox import assumptions
from genwidget.sandbox.http.context import FLAG, NAME, NUMBER, WHOLE, Call, Route, Service
from genwidget.sandbox.http.pipeline import Gate, write_log
from genwidget.sandbox.http.responses import EDGE_PAGE, edge_page
from genwidget.sandbox.routes import account, control, generations, library

_MODEL: Final = "{lab}/{name}"
_GENERATION: Final = "{generation_id}"
_ESTIMATE: Final = {"count": WHOLE, "duration": NUMBER, "resolution": NAME, "audio": FLAG}

#: The API's 17 operations. ``list`` stands before the identifier that would take its place.
API: Final = (
    Route("status", "GET", "/v1/status", account.status, "account:read"),
    Route("usage", "GET", "/v1/usage", account.usage, "account:read", {"days": WHOLE}),
    Route("account", "GET", "/v1/user/account", account.account, "account:read"),
    Route("billing", "GET", "/v1/user/billing", account.billing, "account:read"),
    Route("estimate", "GET", f"/v1/estimate/{_MODEL}", account.estimate, "library:read", _ESTIMATE),
    Route(
        "generate_image",
        "POST",
        f"/v1/generate/image/{_MODEL}",
        generations.generate_image,
        "generation:write",
        checks_limit_itself=True,
    ),
    Route(
        "generate_video",
        "POST",
        f"/v1/generate/video/{_MODEL}",
        generations.generate_video,
        "generation:write",
        checks_limit_itself=True,
    ),
    Route(
        "list",
        "GET",
        "/v1/content/list",
        generations.content_list,
        "generation:read",
        {"limit": WHOLE, "offset": WHOLE},
    ),
    Route("content", "GET", f"/v1/content/{_GENERATION}", generations.content, "generation:read"),
    Route("delete", "DELETE", f"/v1/content/{_GENERATION}", generations.delete, "generation:delete"),
    Route(
        "cancel",
        "POST",
        f"/v1/content/generation/cancel/{_GENERATION}",
        generations.cancel,
        "generation:delete",
    ),
    Route("library_providers", "GET", "/v1/library/providers", library.providers, "library:read"),
    Route("library_models", "GET", "/v1/library/models", library.models, "library:read"),
    Route("health_providers", "GET", "/v1/health/inference/providers", library.health_providers, "health:read"),
    Route("health_models", "GET", "/v1/health/inference/models", library.health_models, "health:read"),
    Route("health_storage", "GET", "/v1/health/storage", library.health_storage, "health:read"),
    Route("health_cache", "GET", "/v1/health/cache", library.health_cache, "health:read"),
)

#: The sandbox's own additions.
OWN: Final = (
    Route("index", "GET", "/", control.index),
    Route("helper", "GET", f"/api/playground/generation-status/{_GENERATION}", generations.helper),
    Route("openapi", "GET", "/sandbox/openapi.json", control.openapi),
    Route("faults", "GET", "/sandbox/faults", control.list_faults),
    Route("faults", "POST", "/sandbox/faults", control.add_fault),
    Route("faults", "DELETE", "/sandbox/faults", control.clear_faults, query_shapes={"fault_id": WHOLE}),
    Route("credits", "POST", "/sandbox/credits", control.add_credits),
    Route("requests", "GET", "/sandbox/requests", control.list_requests),
    Route("inputs", "GET", "/sandbox/inputs/{file}", control.input_file),
    Route("inputs", "POST", "/sandbox/inputs", control.add_input, max_body_bytes=assumptions.INPUT_MAX_BYTES),
    Route("files", "GET", f"/sandbox/files/{_GENERATION}/{{file}}", control.output_file),
)


def make_app(service: Service) -> Starlette:
    """Return the application of one sandbox."""
    routes: list[BaseRoute] = [
        StarletteRoute(route.path, Gate(route, service), methods=[route.method]) for route in (*API, *OWN)
    ]

    async def edge(request: Request, _: Exception) -> Response:
        """Answer a wrong path or method as the firewall does, and write it down."""
        write_log(Call(service, request.scope, service.now_ms()), None, edge_page(), None)
        return HTMLResponse(EDGE_PAGE, status_code=403)

    handlers: Any = {404: edge, 405: edge}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app
