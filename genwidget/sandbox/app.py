"""The sandbox's ASGI application: its table of routes."""

from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as StarletteRoute

from genwidget.sandbox import routes_account, routes_generation, routes_library, routes_own
from genwidget.sandbox.call import FLAG, NAME, NUMBER, WHOLE, Call, Route
from genwidget.sandbox.envelope import EDGE_PAGE, edge_page
from genwidget.sandbox.gate import Gate, write_log
from genwidget.sandbox.service import Service

_MODEL: Final = "{lab}/{name}"
_GENERATION: Final = "{generation_id}"
_ESTIMATE: Final = {"count": WHOLE, "duration": NUMBER, "resolution": NAME, "audio": FLAG}

#: The API's 17 operations. ``list`` stands before the identifier that would take its place.
API: Final = (
    Route("status", "GET", "/v1/status", routes_account.status, "account:read"),
    Route("usage", "GET", "/v1/usage", routes_account.usage, "account:read", {"days": WHOLE}),
    Route("account", "GET", "/v1/user/account", routes_account.account, "account:read"),
    Route("billing", "GET", "/v1/user/billing", routes_account.billing, "account:read"),
    Route("estimate", "GET", f"/v1/estimate/{_MODEL}", routes_account.estimate, "library:read", _ESTIMATE),
    Route(
        "generate_image",
        "POST",
        f"/v1/generate/image/{_MODEL}",
        routes_generation.generate_image,
        "generation:write",
        checks_limit_itself=True,
    ),
    Route(
        "generate_video",
        "POST",
        f"/v1/generate/video/{_MODEL}",
        routes_generation.generate_video,
        "generation:write",
        checks_limit_itself=True,
    ),
    Route(
        "list",
        "GET",
        "/v1/content/list",
        routes_generation.content_list,
        "generation:read",
        {"limit": WHOLE, "offset": WHOLE},
    ),
    Route("content", "GET", f"/v1/content/{_GENERATION}", routes_generation.content, "generation:read"),
    Route("delete", "DELETE", f"/v1/content/{_GENERATION}", routes_generation.delete, "generation:delete"),
    Route(
        "cancel",
        "POST",
        f"/v1/content/generation/cancel/{_GENERATION}",
        routes_generation.cancel,
        "generation:delete",
    ),
    Route("library_providers", "GET", "/v1/library/providers", routes_library.providers, "library:read"),
    Route("library_models", "GET", "/v1/library/models", routes_library.models, "library:read"),
    Route("health_providers", "GET", "/v1/health/inference/providers", routes_library.health_providers, "health:read"),
    Route("health_models", "GET", "/v1/health/inference/models", routes_library.health_models, "health:read"),
    Route("health_storage", "GET", "/v1/health/storage", routes_library.health_storage, "health:read"),
    Route("health_cache", "GET", "/v1/health/cache", routes_library.health_cache, "health:read"),
)

#: The sandbox's own additions.
OWN: Final = (
    Route("index", "GET", "/", routes_own.index),
    Route("helper", "GET", f"/api/playground/generation-status/{_GENERATION}", routes_generation.helper),
    Route("openapi", "GET", "/sandbox/openapi.json", routes_own.openapi),
    Route("faults", "GET", "/sandbox/faults", routes_own.list_faults),
    Route("faults", "POST", "/sandbox/faults", routes_own.add_fault),
    Route("faults", "DELETE", "/sandbox/faults", routes_own.clear_faults, query_shapes={"fault_id": WHOLE}),
    Route("credits", "POST", "/sandbox/credits", routes_own.add_credits),
    Route("requests", "GET", "/sandbox/requests", routes_own.list_requests),
    Route("inputs", "GET", "/sandbox/inputs/{file}", routes_own.input_file),
    Route("files", "GET", f"/sandbox/files/{_GENERATION}/{{file}}", routes_own.output_file),
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
