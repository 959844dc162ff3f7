"""The rows that leave a host changed: they come last."""

from playwright.sync_api import expect

from tests.browser.walk.test_1_seed import posts

KEY = "bye_CanaryKeyOfTheWalk000000000000000001"


def test_b16_the_status_helper_is_asked_without_the_key_and_not_again_where_it_is_odd(host, view, sandbox):
    def asked():
        return [row for row in sandbox.requests if row.route == "helper"]

    view.begin("image").make("image", "B16 image")
    assert asked()
    assert {row.key_prefix for row in asked()} == {None}
    sandbox.faults.add(kind="html_403", route="helper")
    before = len(asked())
    for kind in ("image", "video"):
        view.begin(kind).make(kind, f"B16 {kind} alone")
    assert len(asked()) == before + 1
    generation_id = host.ask("pg.runs[0].generation_id")
    assert any(row.path.endswith(f"/v1/content/{generation_id}") for row in sandbox.requests)


def test_p7_the_key_is_nowhere_but_in_the_kernels_memory(host, view, sandbox):
    view.begin(is_locked=False).write_prompt("Canary of the body")
    for wrong in ("bye_with\x07bell", "bye_\u202eturned", "bye_é"):
        view.lock_key(wrong)
        view.expect_key_refused("Invalid API key format", wrong)
    view.lock_key(KEY)
    view.expect_key_refused("Not valid for Sandbox", KEY)
    sandbox.faults.add(kind="server_error", route="billing")  # so that it is locked unchecked
    view.lock.click()
    expect(view.unlock).to_be_visible()
    expect(view.key).to_have_value("")
    before = len(posts(sandbox))
    view.click_send()
    view.expect_status(401)
    assert len(posts(sandbox)) == before + 1
    stored = host.page.evaluate("() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
    assert "Canary" not in stored
    assert KEY not in host.page.content()
    view = host.reload()
    expect(view.key).to_have_value("")
    assert KEY not in host.page.content()
    assert host.ask("repr([pg, pg.get_state(), vars(pg), vars(pg.session)])").count(KEY) == 0
    host.open()
    assert host.ask("pg.locked") is False
