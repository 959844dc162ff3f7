"""The reading routes, each with exactly its documented keys."""

import pytest

from genwidget.sandbox import API_KEY, STATE_KEYS

PRO = "bfl/flux-1.1-pro"
PROVIDERS = {"alibabacloud", "bfl", "byteplus", "cloudflare", "fal", "openai", "replicate", "runway"}


def data_of(api, path):
    reply = api.get(path)
    assert reply.status_code == 200, reply.text
    return reply.json()["data"]


def test_status_tells_of_the_key(api, clock):
    api.get("/v1/library/models")
    clock.advance(5)
    data = data_of(api, "/v1/status")
    assert list(data) == [
        "account_id",
        "apikey_id",
        "apikey_name",
        "apikey_prefix",
        "apikey_created_at",
        "apikey_last_used_at",
        "apikey_expires_at",
    ]
    assert data["apikey_prefix"] == API_KEY[:9]
    assert data["apikey_expires_at"] is None
    assert data["apikey_last_used_at"] == "2026-05-28T20:26:40.000Z"


def test_account(api):
    assert list(data_of(api, "/v1/user/account")) == [
        "account_id",
        "account_name",
        "account_email",
        "account_is_personal",
        "account_picture_url",
        "account_created_at",
    ]


def test_billing(api):
    data = data_of(api, "/v1/user/billing")
    assert list(data) == [
        "account_id",
        "billing_plan",
        "billing_credit_balance",
        "billing_subscription_status",
        "billing_cancel_at_period_end",
        "billing_currency",
        "billing_period_starts_at",
        "billing_period_ends_at",
        "billing_created_at",
        "billing_updated_at",
    ]
    assert data["billing_credit_balance"] == 100
    assert data["billing_currency"] == "USD"
    assert data["billing_period_starts_at"] == "2026-05-01T00:00:00.000Z"
    assert data["billing_period_ends_at"] == "2026-06-01T00:00:00.000Z"


def test_the_billing_period_of_december_ends_next_year(api, clock):
    clock.now = 1_797_000_000.0
    data = data_of(api, "/v1/user/billing")
    assert data["billing_period_starts_at"] == "2026-12-01T00:00:00.000Z"
    assert data["billing_period_ends_at"] == "2027-01-01T00:00:00.000Z"


def test_usage_counts_requests_generations_and_attempts(api, clock, sandbox):
    sandbox.faults.add(kind="provider_error", provider="bfl", count=1)
    api.made(PRO)
    api.post(f"/v1/content/generation/cancel/{api.made('google/nano-banana')}")
    clock.advance(10)
    api.get("/v1/content/550e8400-e29b-41d4-a716-446655440000")
    sandbox.faults.add(kind="server_error", route="status", count=1)
    api.get("/v1/status")
    data = data_of(api, "/v1/usage")
    assert list(data) == [
        "account_id",
        "usage_period_days",
        "usage_credit_balance",
        "usage_total_requests",
        "usage_total_success",
        "usage_total_client_errors",
        "usage_total_server_errors",
        "usage_total_generations",
        "usage_total_provider_submissions",
        "usage_total_estimated_cost",
        "usage_endpoints",
        "usage_providers",
    ]
    assert data["usage_period_days"] == 30
    # A fault before the key was read belongs to no account.
    assert data["usage_total_requests"] == 4
    assert (data["usage_total_success"], data["usage_total_client_errors"], data["usage_total_server_errors"]) == (
        3,
        1,
        0,
    )
    assert data["usage_total_generations"] == 2
    assert data["usage_total_provider_submissions"] == 2
    assert data["usage_endpoints"][0] == {
        "endpoint": "/v1/content/generation/cancel/{generation_id}",
        "total_requests": 1,
        "success_count": 1,
        "client_error_count": 0,
        "server_error_count": 0,
        "error_codes": {},
    }
    by_name = {one["endpoint"]: one for one in data["usage_endpoints"]}
    assert by_name["/v1/generate/image/{model_identifier}"]["total_requests"] == 2
    assert by_name["/v1/content/{generation_id}"]["error_codes"] == {"BSE3002": 1}
    assert data["usage_providers"] == [
        {
            "provider": "bfl",
            "total_submissions": 1,
            "used_count": 0,
            "cancelled_count": 0,
            "discarded_count": 0,
            "failed_count": 1,
            "total_estimated_cost": 0.052,
            "wasted_estimated_cost": 0.052,
        },
        {
            "provider": "replicate",
            "total_submissions": 1,
            "used_count": 1,
            "cancelled_count": 0,
            "discarded_count": 0,
            "failed_count": 0,
            "total_estimated_cost": 0.052,
            "wasted_estimated_cost": 0.0,
        },
    ]


@pytest.mark.parametrize(("asked", "days"), [("7", 7), ("0", 1), ("1000", 90)])
def test_days_are_clamped(api, asked, days):
    assert data_of(api, f"/v1/usage?days={asked}")["usage_period_days"] == days


def test_usage_forgets_what_is_older_than_its_days(api, clock):
    api.made()
    clock.advance(3 * 86_400)
    assert data_of(api, "/v1/usage?days=2")["usage_total_generations"] == 0
    assert data_of(api, "/v1/usage?days=4")["usage_total_generations"] == 1


def test_an_estimate_of_a_picture(api):
    data = data_of(api, f"/v1/estimate/{PRO}?count=3")
    assert data == {
        "model_identifier": PRO,
        "model_type": "image",
        "assets_count": 3,
        "cost_per_generation": 0.052,
        "cost_total_consumed": 0.156,
        "credit_balance": 100.0,
        "credit_balance_can_afford": True,
        "credit_balance_max_affordable": 1923,
    }


def test_the_documented_samples_of_an_estimate(api):
    assert data_of(api, "/v1/estimate/bfl/flux-schnell")["credit_balance_max_affordable"] == 20_000


@pytest.mark.parametrize(("asked", "count"), [("0", 1), ("-3", 1), ("500", 100)])
def test_a_count_out_of_range_is_clamped(api, asked, count):
    assert data_of(api, f"/v1/estimate/{PRO}?count={asked}")["assets_count"] == count


def test_an_estimate_of_a_film(api):
    path = "/v1/estimate/bytedance/seedance-1.5-pro"
    silent = data_of(api, f"{path}?duration=4&resolution=720p&audio=false")
    sounding = data_of(api, f"{path}?duration=4&resolution=720p&audio=true&count=2")
    assert silent["model_type"] == "video"
    assert (silent["duration_seconds"], silent["resolution"], silent["cost_per_second"]) == (4, "720p", 0.062)
    assert silent["cost_per_generation"] == 0.248
    assert sounding["cost_per_second"] == 0.093
    assert sounding["cost_total_consumed"] == 0.744


def test_a_film_without_resolutions_has_none_in_its_estimate(api):
    data = data_of(api, "/v1/estimate/google/veo-2?duration=5")
    assert "resolution" not in data
    assert data["duration_seconds"] == 5


def test_an_estimate_is_what_is_then_charged(api, sandbox):
    for model, fields in (
        ("bytedance/seedance-1.5-pro", {"generation_duration": 7, "generation_generate_audio": True}),
        ("google/veo-2", {"generation_duration": 6}),
        ("qwen/image", {}),
    ):
        query = {"duration": fields.get("generation_duration"), "audio": fields.get("generation_generate_audio")}
        params = {name: str(value).lower() for name, value in query.items() if value is not None}
        cost = api.get(f"/v1/estimate/{model}", params=params).json()["data"]["cost_total_consumed"]
        before = sandbox.credits
        api.made(model, **fields)
        assert before - sandbox.credits == pytest.approx(cost)


def test_an_estimate_of_what_the_model_does_not_have_is_refused(api):
    path = "/v1/estimate/google/veo-2"
    assert api.error("GET", f"{path}?duration=99") == (422, "BSE2008", "parameter_out_of_range")
    assert api.error("GET", "/v1/estimate/no/model") == (404, "BSE3001", "model_not_found")


def test_an_estimate_says_when_the_balance_is_too_low(api_with):
    data = data_of(api_with(STATE_KEYS["no_credits"]), f"/v1/estimate/{PRO}")
    assert (data["credit_balance"], data["credit_balance_can_afford"]) == (0, False)
    assert data["credit_balance_max_affordable"] == 0


def test_library_models_have_the_documented_shape(api):
    data = data_of(api, "/v1/library/models")
    assert data["models_total"] == len(data["models"]) == 19
    by_id = {one["model_identifier"]: one for one in data["models"]}
    assert by_id[PRO] == {
        "model_type": "image",
        "model_identifier": PRO,
        "model_pricing": 0.052,
        "model_supported_provider": ["bfl", "replicate", "fal"],
        "schema": {
            "generation_prompt": True,
            "generation_ratio": ["1:1", "3:4", "4:3", "9:16", "16:9"],
            "generation_output_format": ["png", "jpg", "webp"],
            "generation_output_number": 1,
            "generation_input_file": True,  # the documented sample says false; newer sources say that there is one
        },
        "specific_schema": [
            "generation_enhance_prompt",
            "generation_guidance_scale",
            "generation_moderation",
            "generation_num_inference_steps",
            "generation_output_quality",
            "generation_seed",
        ],
    }
    film = by_id["bytedance/seedance-1.5-pro"]["schema"]
    assert film["generation_duration"] == list(range(2, 13))
    assert film["generation_resolution"] == ["480p", "720p", "1080p"]
    assert film["generation_generate_audio"] is True
    assert film["generation_input_file"] is True
    assert "model_pricing" not in by_id["qwen/image"]


def test_what_the_vendors_starters_check_holds_for_flux_schnell(api):
    models = data_of(api, "/v1/library/models")["models"]
    schnell = next(one for one in models if one["model_identifier"] == "bfl/flux-schnell")
    assert schnell["model_pricing"] > 0
    assert schnell["schema"]["generation_ratio"]
    assert schnell["schema"]["generation_output_format"]
    assert data_of(api, "/v1/estimate/bfl/flux-schnell")["cost_total_consumed"] > 0


def test_library_providers_have_the_documented_shape(api):
    data = data_of(api, "/v1/library/providers")
    assert data["providers_total"] == len(data["providers"]) == 8
    assert {one["provider_id"] for one in data["providers"]} == PROVIDERS
    for one in data["providers"]:
        assert list(one) == [
            "provider_id",
            "provider_name",
            "provider_description",
            "provider_website",
            "provider_docs",
            "provider_status",
            "babysea_implementation",
        ]
        how = one["babysea_implementation"]
        assert list(how) == [
            "delivery_method",
            "cancel_method",
            "webhook_verification",
            "error_mapping",
            "cost_tracking",
            "schema_conversion",
            "failover_strategy",
            "health_monitoring",
            "supported_media_types",
            "supported_models_total",
        ]
        assert how["delivery_method"] in {"webhook_with_polling", "synchronous", "polling"}
        assert how["cancel_method"] in {"prediction_cancel_api", "queue_cancel_api", None}
        assert how["webhook_verification"] in {"hmac_sha256", "ed25519", None}
    names = {one["provider_name"] for one in data["providers"]}
    assert names == {"Alibaba Cloud", "BFL", "BytePlus", "Cloudflare", "FAL", "OpenAI", "Replicate", "Runway"}


def test_health_of_providers(api):
    data = data_of(api, "/v1/health/inference/providers")
    assert list(data) == ["service", "healthy", "providers_total", "providers"]
    assert (data["service"], data["healthy"], data["providers_total"]) == ("providers", True, 8)
    assert data["providers"][0] == {
        "provider": "alibabacloud",
        "status": "unknown",
        "failure_rate": 0.0,
        "window": {"total_attempts": 0, "failures": 0, "successes": 0, "duration_seconds": 300},
    }


def test_health_of_models(api):
    data = data_of(api, "/v1/health/inference/models")
    assert list(data) == ["service", "healthy", "models_total", "models"]
    schnell = next(one for one in data["models"] if one["model_identifier"] == "bfl/flux-schnell")
    assert list(schnell) == ["model_identifier", "model_type", "model_pricing", "providers"]
    assert set(schnell["providers"]) == PROVIDERS
    assert schnell["providers"]["fal"] == {"available": False, "raw_model_id": None}
    assert schnell["providers"]["bfl"]["available"] is True


def test_health_of_storage_and_cache(api):
    storage, cache = data_of(api, "/v1/health/storage"), data_of(api, "/v1/health/cache")
    assert list(storage) == ["service", "healthy", "latency_ms", "bucket"]
    assert list(cache) == ["service", "healthy", "latency_ms"]
    assert (storage["service"], cache["service"]) == ("storage", "redis")
    assert storage["healthy"] is cache["healthy"] is True


def test_credits_can_be_added_by_hand(api, sandbox):
    assert api.post("/sandbox/credits", json={"credits": 12.5}).json() == {"credit_balance": 112.5}
    assert sandbox.credits == 112.5
    for amount in (0, -1, "5", True, 1e9):
        assert api.post("/sandbox/credits", json={"credits": amount}).status_code == 400
