"""Generations: their life, providers, credits and idempotency."""

import uuid

import httpx
import pytest

from genwidget.sandbox import STATE_KEYS, Limits, Sandbox

ORDER = "bfl, replicate, fal"
PRO = "bfl/flux-1.1-pro"


def kinds(sandbox, generation_id):
    return [one["kind"] for one in sandbox.credit_events if one["generation_id"] == generation_id]


def test_the_answer_to_a_request_has_exactly_its_keys(api):
    reply = api.make(generation_ratio="1:1", generation_output_format="png", generation_provider_order="fastest")
    assert reply.status_code == 200
    envelope = reply.json()
    assert envelope["message"] == "Generation initialized"
    data = envelope["data"]
    assert list(data) == [
        "model_identifier",
        "generation_provider_order",
        "generation_prediction_id",
        "generation_id",
        "generation_initialized",
    ]
    assert data["model_identifier"] == "bfl/flux-schnell"
    assert data["generation_provider_order"] == ["bfl", "replicate", "cloudflare"]
    assert data["generation_initialized"] is True
    assert str(uuid.UUID(data["generation_id"])) == data["generation_id"]


def test_a_generation_is_pending_then_processing_then_succeeded(api, clock):
    generation_id = api.made()
    seen = [api.record(generation_id)]
    for seconds in (0.5, 2):
        clock.advance(seconds)
        seen.append(api.record(generation_id))
    assert [one["generation_status"] for one in seen] == ["pending", "processing", "succeeded"]
    assert [one["generation_provider_used"] for one in seen] == [None, None, "bfl"]
    assert [one["generation_output_file"] is None for one in seen] == [True, True, False]
    assert [one["generation_started_at"] is None for one in seen] == [True, False, False]
    assert [one["generation_completed_at"] is None for one in seen] == [True, True, False]
    assert [one["generation_metrics_total_time"] is None for one in seen] == [True, True, False]
    last = seen[-1]
    assert 1.2 <= last["generation_metrics_predict_time"] <= 1.8
    assert last["generation_metrics_total_time"] == pytest.approx(last["generation_metrics_predict_time"] + 0.4)


def test_a_picture_record_has_the_documented_fields(api, clock, sandbox):
    generation_id = api.made()
    clock.advance(5)
    record = api.record(generation_id)
    assert set(record) == {
        "account_id",
        "generation_id",
        "model_identifier",
        "generation_provider_order",
        "generation_provider_used",
        "generation_prediction_id",
        "generation_status",
        "generation_prompt",
        "generation_ratio",
        "generation_output_format",
        "generation_output_number",
        "generation_input_file",
        "generation_output_file",
        "generation_created_at",
        "generation_started_at",
        "generation_completed_at",
        "generation_metrics_total_time",
        "generation_metrics_predict_time",
    }
    assert record["generation_output_file"] == [f"{sandbox.url}/sandbox/files/{generation_id}/1.png"]


def test_a_film_record_says_duration_resolution_and_sound(api, clock):
    generation_id = api.made("bytedance/seedance-1.5-pro", generation_duration=4, generation_generate_audio=True)
    clock.advance(60)
    record = api.record(generation_id)
    assert record["generation_duration"] == 4
    assert record["generation_resolution"] == "720p"
    assert record["generation_generate_audio"] is True
    assert record["generation_audio_mode"] == "audio"


def test_model_specific_inputs_stand_in_the_record(api):
    record = api.record(api.made(PRO, generation_guidance_scale=7, generation_seed=5))
    assert record["generation_guidance_scale"] == 7
    assert record["generation_seed"] == 5
    assert record["generation_enhance_prompt"] == "off"


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        (ORDER, ["bfl", "replicate", "fal"]),
        ("fal, replicate", ["fal", "replicate"]),
        (" FAL ,bfl,replicate", ["fal", "bfl", "replicate"]),
        ("replicate", ["replicate"]),
        ("Fastest", ["bfl", "replicate", "fal"]),
    ],
)
def test_an_order_goes_in_as_a_text_and_comes_out_as_a_list(api, asked, order):
    reply = api.make(PRO, generation_provider_order=asked)
    assert reply.json()["data"]["generation_provider_order"] == order


@pytest.mark.parametrize("asked", ["runway", "bfl, runway", "bfl, bfl", "", "bfl,,fal"])
def test_an_order_that_the_model_does_not_have_is_refused(api, asked):
    reply = api.make(PRO, generation_provider_order=asked)
    assert reply.status_code == 400
    assert reply.json()["error"]["details"] == {"field": "generation_provider_order"}


def test_a_failing_provider_is_skipped(api, clock, sandbox):
    sandbox.faults.add(kind="provider_error", provider="bfl", count=1)
    generation_id = api.made(PRO, generation_provider_order=ORDER)
    clock.advance(10)
    record = api.record(generation_id)
    assert record["generation_status"] == "succeeded"
    assert record["generation_provider_order"] == ["bfl", "replicate", "fal"]
    assert record["generation_provider_used"] == "replicate"
    assert sandbox.faults.all() == []


def test_the_helper_tells_each_attempt_as_it_goes(api, clock, sandbox):
    sandbox.faults.add(kind="provider_error", provider="bfl", count=1)
    generation_id = api.made(PRO, generation_provider_order=ORDER)
    del api.headers["Authorization"]
    seen = []
    for seconds in (0, 0.5, 0.6, 3):
        clock.advance(seconds)
        seen.append(api.get(f"/api/playground/generation-status/{generation_id}").json())
    assert list(seen[0]) == [
        "generation_id",
        "generation_status",
        "generation_provider_order",
        "generation_provider_used",
        "attempts",
    ]
    assert [one["generation_status"] for one in seen] == ["pending", "processing", "processing", "succeeded"]
    assert [[(a["provider"], a["outcome"]) for a in one["attempts"]] for one in seen] == [
        [],
        [("bfl", "pending")],
        [("bfl", "failed"), ("replicate", "pending")],
        [("bfl", "failed"), ("replicate", "used")],
    ]
    assert list(seen[-1]["attempts"][0]) == ["provider", "outcome", "started_at", "ended_at"]
    assert [one["generation_provider_used"] for one in seen] == [None, None, None, "replicate"]


def test_a_silent_provider_is_given_up_after_its_time(api, clock, sandbox):
    sandbox.faults.add(kind="provider_hang", provider="bfl")
    generation_id = api.made(PRO, generation_provider_order=ORDER)
    clock.advance(4.3)
    assert api.record(generation_id)["generation_status"] == "processing"
    clock.advance(2)
    assert api.record(generation_id)["generation_provider_used"] == "replicate"


def test_a_late_answer_within_the_grace_time_still_wins(api, clock, sandbox):
    sandbox.faults.add(kind="provider_late", provider="bfl", duration_s=0.5)
    generation_id = api.made(PRO, generation_provider_order=ORDER)
    clock.advance(10)
    attempts = api.get(f"/api/playground/generation-status/{generation_id}").json()["attempts"]
    assert [(one["provider"], one["outcome"]) for one in attempts] == [("bfl", "used"), ("replicate", "cancelled")]
    assert api.record(generation_id)["generation_provider_used"] == "bfl"


def test_a_later_answer_is_discarded(api, clock, sandbox):
    sandbox.faults.add(kind="provider_late", provider="bfl", duration_s=1.1)
    generation_id = api.made(PRO, generation_provider_order=ORDER)
    clock.advance(10)
    attempts = api.get(f"/api/playground/generation-status/{generation_id}").json()["attempts"]
    assert [(one["provider"], one["outcome"]) for one in attempts] == [("bfl", "discarded"), ("replicate", "used")]


def test_when_every_provider_fails_the_generation_fails_and_is_refunded(api, clock, sandbox):
    sandbox.faults.add(kind="provider_error")
    generation_id = api.made(PRO, generation_provider_order=ORDER)
    clock.advance(10)
    record = api.record(generation_id)
    assert record["generation_status"] == "failed"
    assert record["generation_provider_used"] is None
    assert record["generation_output_file"] is None
    assert record["generation_error_code"] == "BSE4010"
    assert record["generation_error"] == "All inference providers failed."
    assert kinds(sandbox, generation_id) == ["reserve", "refund"]
    assert sandbox.credits == 100


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        ("provider_error", "BSE4006", "The inference provider returned an error."),
        ("provider_hang", "BSE4007", "The inference provider did not answer in time."),
    ],
)
def test_the_failure_of_a_lone_provider_is_told_by_its_own_code(api, clock, sandbox, kind, code, message):
    sandbox.faults.add(kind=kind)
    generation_id = api.made(PRO, generation_provider_order="replicate")
    clock.advance(10)
    record = api.record(generation_id)
    assert (record["generation_error_code"], record["generation_error"]) == (code, message)


def test_a_degraded_provider_is_tried_last_but_stays_in_the_plan(api, clock, sandbox):
    sandbox.faults.add(kind="provider_error", provider="bfl", count=10)
    for _ in range(10):
        api.made(PRO, generation_provider_order=ORDER)
    clock.advance(10)
    health = {one["provider"]: one for one in api.get("/v1/health/inference/providers").json()["data"]["providers"]}
    assert health["bfl"]["status"] == "degraded"
    assert health["bfl"]["window"] == {"total_attempts": 10, "failures": 10, "successes": 0, "duration_seconds": 300}
    assert health["replicate"]["status"] == "healthy"
    assert health["runway"]["status"] == "unknown"
    generation_id = api.made(PRO, generation_provider_order=ORDER)
    clock.advance(10)
    record = api.record(generation_id)
    assert record["generation_provider_order"] == ["bfl", "replicate", "fal"]
    assert record["generation_provider_used"] == "replicate"
    clock.advance(300)
    generation_id = api.made(PRO, generation_provider_order=ORDER)
    clock.advance(10)
    assert api.record(generation_id)["generation_provider_used"] == "bfl"


def test_fastest_ranks_the_providers_once_all_are_known(api, clock, sandbox):
    sandbox.faults.add(kind="provider_error", provider="bfl", count=10)
    for provider in ("bfl", "replicate", "fal"):
        for _ in range(20):
            api.made(PRO, generation_provider_order=provider)
        clock.advance(10)
    order = api.make(PRO, generation_provider_order="fastest").json()["data"]["generation_provider_order"]
    assert sorted(order) == ["bfl", "fal", "replicate"]
    assert order[-1] == "bfl"


def test_canceling_gives_the_credits_back(api, clock, sandbox):
    generation_id = api.made(PRO, generation_provider_order="replicate, fal")
    assert sandbox.credits == 99.948
    clock.advance(0.5)
    reply = api.post(f"/v1/content/generation/cancel/{generation_id}")
    assert reply.status_code == 200
    assert reply.json()["data"] == {
        "generation_id": generation_id,
        "generation_status": "canceled",
        "provider_cancel_sent": True,
        "credits_refunded": True,
    }
    clock.advance(10)
    record = api.record(generation_id)
    assert record["generation_status"] == "canceled"
    assert record["generation_output_file"] is None
    assert kinds(sandbox, generation_id) == ["reserve", "refund"]
    assert sandbox.credits == 100


def test_a_pending_generation_can_be_canceled_without_telling_a_provider(api):
    generation_id = api.made()
    data = api.post(f"/v1/content/generation/cancel/{generation_id}").json()["data"]
    assert data["provider_cancel_sent"] is False
    record = api.record(generation_id)
    assert record["generation_status"] == "canceled"
    assert record["generation_started_at"] is None


def test_an_ended_or_canceled_generation_cannot_be_canceled(api, clock):
    ended, canceled = api.made(), api.made()
    assert api.post(f"/v1/content/generation/cancel/{canceled}").status_code == 200
    clock.advance(5)
    for generation_id in (ended, canceled):
        path = f"/v1/content/generation/cancel/{generation_id}"
        assert api.error("POST", path) == (409, "BSE3003", "generation_not_cancelable")


def test_deleting_removes_the_files_and_answers_200_with_a_body(api, clock):
    generation_id = api.made("sandbox/contact-sheet", generation_output_number=2)
    clock.advance(5)
    url = api.record(generation_id)["generation_output_file"][1]
    assert api.get(url).status_code == 200
    reply = api.delete(f"/v1/content/{generation_id}")
    assert reply.status_code == 200
    assert reply.json()["data"] == {"generation_id": generation_id, "files_deleted": 2}
    assert api.get(url).status_code == 404
    record = api.record(generation_id)
    assert record["generation_removed"] is True
    assert record["generation_output_file"] is None
    assert api.delete(f"/v1/content/{generation_id}").json()["data"]["files_deleted"] == 0


def test_deleting_a_running_generation_cancels_it(api, clock, sandbox):
    generation_id = api.made()
    assert api.delete(f"/v1/content/{generation_id}").json()["data"]["files_deleted"] == 0
    clock.advance(5)
    assert api.record(generation_id)["generation_status"] == "canceled"
    assert kinds(sandbox, generation_id) == ["reserve", "refund"]


def test_another_accounts_generation_is_not_found(api, api_with):
    generation_id = api.made()
    other = api_with(STATE_KEYS["other_account"])
    for method, path in (
        ("GET", f"/v1/content/{generation_id}"),
        ("DELETE", f"/v1/content/{generation_id}"),
        ("POST", f"/v1/content/generation/cancel/{generation_id}"),
    ):
        assert other.error(method, path) == (404, "BSE3002", "generation_not_found")
    assert other.get("/v1/content/list").json()["total"] == 0


def test_the_list_is_paged_newest_first(api):
    made = [api.made() for _ in range(5)]
    envelope = api.get("/v1/content/list", params={"limit": 2, "offset": 1}).json()
    assert [one["generation_id"] for one in envelope["data"]["generations"]] == [made[3], made[2]]
    assert (envelope["total"], envelope["limit"], envelope["offset"]) == (5, 2, 1)


@pytest.mark.parametrize(("asked", "limit"), [("0", 1), ("-5", 1), ("101", 100)])
def test_a_limit_out_of_range_is_clamped(api, asked, limit):
    assert api.get(f"/v1/content/list?limit={asked}").json()["limit"] == limit


def test_the_same_key_and_body_is_the_same_generation_and_one_charge(api, clock, sandbox):
    first, second = api.make(key="intent-1"), api.make(key="intent-1")
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert second.content == first.content
    clock.advance(5)
    generation_id = first.json()["data"]["generation_id"]
    assert [one["generation_id"] for one in sandbox.generations] == [generation_id]
    assert kinds(sandbox, generation_id) == ["reserve", "charge"]
    assert sandbox.credits == 99.995
    assert [one.is_replay for one in sandbox.requests] == [False, True]


def test_a_key_ends_after_24_hours(api, clock):
    first = api.made(key="intent-1")
    clock.advance(24 * 3600 - 1)
    assert api.made(key="intent-1") == first
    clock.advance(1)
    assert api.made(key="intent-1") != first


def test_the_same_key_with_another_body_is_refused(api, sandbox):
    api.made(key="intent-1")
    reply = api.make(key="intent-1", generation_ratio="16:9")
    assert reply.status_code == 409
    assert reply.json()["error"]["code"] == "BSE2015"
    assert reply.json()["error"]["retryable"] is False
    assert len(sandbox.generations) == 1


def test_a_key_is_per_account_and_route(api, api_with, sandbox):
    api.made(key="intent-1")
    api.made("google/nano-banana", key="intent-1")
    api_with(STATE_KEYS["other_account"]).made(key="intent-1")
    assert len({one["generation_id"] for one in sandbox.generations}) == 3


@pytest.mark.parametrize("key", ["a b", "é".encode("latin-1"), "x" * 256, "a/b", ""])
def test_a_malformed_key_is_refused(api, key, sandbox):
    path = "/v1/generate/image/bfl/flux-schnell"
    reply = api.post(path, json={"generation_prompt": "x"}, headers={"Idempotency-Key": key})
    assert reply.status_code == 400
    assert reply.json()["error"]["details"] == {"field": "Idempotency-Key"}
    assert sandbox.generations == []


def test_every_documented_character_may_stand_in_a_key(api):
    assert api.make(key="aZ09_-:." + "x" * 247).status_code == 200


def test_a_replay_of_a_canceled_generation_says_so(api):
    generation_id = api.made(key="intent-1")
    api.post(f"/v1/content/generation/cancel/{generation_id}")
    reply = api.make(key="intent-1")
    assert reply.headers["idempotency-replayed"] == "true"
    assert reply.json()["data"] == {"generation_id": generation_id, "generation_status": "canceled"}


def test_a_refused_request_does_not_keep_its_key(api, sandbox):
    sandbox.faults.add(kind="server_error", count=1)
    assert api.make(key="intent-1").status_code == 500
    assert api.make(key="intent-1").status_code == 200


def test_too_little_balance_starts_nothing(api_with, sandbox):
    poor = api_with(STATE_KEYS["no_credits"])
    reply = poor.make()
    assert reply.status_code == 402
    assert reply.json()["error"] == {
        "code": "BSE1004",
        "type": "insufficient_credits",
        "message": "Insufficient credits. Please upgrade your plan or wait for renewal.",
        "retryable": False,
    }
    assert sandbox.generations == []


def test_a_success_is_charged_once_whoever_looks(api, clock, sandbox):
    generation_id = api.made(PRO)
    clock.advance(5)
    for _ in range(3):
        api.record(generation_id)
        assert sandbox.credits == 99.948
    assert kinds(sandbox, generation_id) == ["reserve", "charge"]


def test_caps_on_running_generations_are_per_type(clock):
    with Sandbox(clock=clock, limits=Limits(images_at_once=1, videos_at_once=1)) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        with httpx.Client(base_url=sandbox.url, headers=headers) as client:
            image = ("/v1/generate/image/bfl/flux-schnell", {"generation_prompt": "x"})
            video = ("/v1/generate/video/google/veo-2", {"generation_prompt": "x", "generation_duration": 5})
            codes = [client.post(path, json=body).status_code for path, body in (image, video)]
            refused = client.post(image[0], json=image[1])
            clock.advance(60)
            codes.append(client.post(image[0], json=image[1]).status_code)
    assert codes == [200, 200, 200]
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    error = refused.json()["error"]
    assert (error["code"], error["type"]) == ("BSE1009", "concurrency_limit_exceeded")
    assert error["retryable"] is True
