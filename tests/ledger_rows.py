"""A row of the ledger, as tests need it."""

from genwidget.runs.ledger import Row


def a_row(name="i1", **more):
    return Row(
        **{
            "intent_id": name,
            "idempotency_key": f"key-{name}",
            "request_hash": "h",
            "body": b'{"generation_prompt":"seal"}',
            "region_id": "sandbox",
            "api_url": "http://127.0.0.1:1",
            "helper_url": "http://127.0.0.1:1",
            "is_own_origin": True,
            "model_type": "image",
            "model_id": "bfl/flux-schnell",
            "path": "/v1/generate/image/bfl/flux-schnell",
            "key_fingerprint": "0123456789ab",
            "created_at": 1.5,
            "state": "sending",
            "updated_at": 1.5,
            **more,
        }
    )
