"""The management section: three tools with a response of their own."""

import pytest
from playwright.sync_api import expect

HINTS = {
    "Content Info": ("GET", "/v1/content/{generation_id}", "Get the full record for a single generation"),
    "Cancel Generation": (
        "POST",
        "/v1/content/generation/cancel/{generation_id}",
        "Cancel an in-progress generation",
    ),
    "Delete Content": (
        "DELETE",
        "/v1/content/{generation_id}",
        "Delete a generation and permanently remove its output files from storage",
    ),
}
OTHER_ID = "11111111-2222-4333-8444-555555555555"


class Tool:
    """One tool of the section."""

    def __init__(self, view, name):
        self.group = view.group(name)
        self.id = self.group.get_by_label("generation_id", exact=True)
        self.send = self.group.get_by_role("button", name=f"Send request: {name}", exact=True)
        self.json = self.group.get_by_role("region", name=f"{name} response", exact=True)

    def expect_status(self, status):
        expect(self.group.get_by_text(str(status), exact=True)).to_be_visible()


@pytest.fixture
def tools(view):
    """The tools, opened when a row asks for one."""

    def open_tool(name):
        view.disclose("Manage content")
        return Tool(view, name)

    return open_tool


def expect_head(view, name):
    """Expect what names a tool: its title, method, route and hint."""
    method, route, hint = HINTS[name]
    expect(view.group(name).get_by_role("heading", name=name, exact=True)).to_be_visible()
    for text in (method, route, hint):
        expect(view.group(name).get_by_text(text, exact=True)).to_be_visible()


def test_m1_content_info_shows_the_record(host, view, kind, tools):
    view.begin(kind).make(kind, f"M1 {kind}")
    tool = tools("Content Info")
    expect_head(view, "Content Info")
    tool.send.click()
    tool.expect_status(200)
    expect(tool.json).to_contain_text(host.ask("pg.runs[0].generation_id"))
    expect(tool.json).to_contain_text("generation_provider_used")


def test_m2_cancel_generation_stops_one_under_way(host, view, kind, tools, sandbox):
    sandbox.hold()
    view.begin(kind).write(kind, f"M2 {kind}")
    view.click_send()
    generation = view.response.get_by_text("generation_id", exact=True)
    expect(generation.first).to_be_visible()
    tool = tools("Cancel Generation")
    expect_head(view, "Cancel Generation")
    tool.send.click()
    tool.expect_status(200)
    view.expect_end("canceled")
    assert sandbox.generations[-1]["generation_status"] == "canceled"


def test_m3_delete_content_asks_once(host, view, kind, tools, sandbox):
    view.begin(kind).make(kind, f"M3 {kind}")
    tool = tools("Delete Content")
    expect_head(view, "Delete Content")
    before = len([row for row in sandbox.requests if row.route == "delete"])
    tool.send.click()
    keep = tool.group.get_by_role("button", name="Keep", exact=True)
    expect(keep).to_be_focused()
    keep.click()
    assert len([row for row in sandbox.requests if row.route == "delete"]) == before
    tool.send.click()
    tool.group.get_by_role("button", name="Delete", exact=True).click()
    tool.expect_status(200)
    expect(tool.json).to_contain_text('"files_deleted": 1')
    assert len([row for row in sandbox.requests if row.route == "delete"]) == before + 1


def test_m4_each_has_header_input_send_bar_and_response(host, view, tools):
    view.begin()
    for name, (method, route, _) in HINTS.items():
        tool = tools(name)
        expect_head(view, name)
        filled_in = tool.id.input_value()
        tool.id.fill(OTHER_ID)
        url = host.ask("pg.host") + route.replace("{generation_id}", OTHER_ID)
        assert view.copied("Copy cURL", tool.group).startswith(f'curl -X {method} "{url}"')
        tool.id.fill(filled_in)  # so that it goes on following the latest generation
    tool, others = tools("Content Info"), [view.group("Cancel Generation"), view.group("Delete Content")]
    before = [one.inner_text() for one in others]
    tool.id.fill(OTHER_ID)
    tool.send.click()
    tool.expect_status(404)
    expect(tool.group.locator(".ms")).to_contain_text(" ms")
    expect(tool.group.get_by_role("alert")).not_to_be_empty()
    expect(tool.json).to_contain_text('"status": "error"')
    assert [one.inner_text() for one in others] == before
    tool.id.fill(filled_in)


def test_m5_the_id_is_checked_and_filled_in(host, view, tools, sandbox):
    view.begin().make("image", "M5")
    for name in HINTS:
        tool = tools(name)
        expect(tool.id).to_have_value(host.ask("pg.runs[0].generation_id"))
        expect(tool.id).to_have_attribute("placeholder", "00000000-0000-0000-0000-000000000000")
        for badge in ("required", "string<uuid>"):
            expect(tool.group.get_by_text(badge, exact=True)).to_be_visible()
        before = len(sandbox.requests)
        tool.id.fill("550e8400-e29b")
        expect(tool.id).to_have_accessible_description("Must be a valid UUID")
        tool.send.click()
        expect(tool.id).to_be_focused()
        assert {row.route for row in sandbox.requests[before:]} <= {"estimate", "files", "billing"}
        tool.id.fill(host.ask("pg.runs[0].generation_id"))


def test_m6_the_button_says_what_is_missing_or_under_way(host, view, tools, sandbox):
    view.begin(is_locked=False)
    tool = tools("Content Info")
    filled_in = tool.id.input_value()
    tool.id.fill(OTHER_ID)
    expect(tool.group.get_by_role("button", name="Lock API key to send")).to_be_disabled()
    view.lock_sandbox_key()
    sandbox.faults.add(kind="slow_drip", route="content", duration_s=6, count=1)
    tool.send.click()
    expect(tool.group.get_by_role("button", name="Sending...")).to_be_disabled()
    expect(tool.send).to_be_enabled()
    tool.id.fill(filled_in)


def test_m7_an_empty_answer_to_a_delete_is_a_success(view, tools, sandbox):
    sandbox.faults.add(kind="altered", route="delete", status=204, content="")
    view.begin().make("image", "M7")
    tool = tools("Delete Content")
    tool.send.click()
    tool.group.get_by_role("button", name="Delete", exact=True).click()
    tool.expect_status(204)
    expect(tool.json).to_have_text("{}")
    expect(tool.group.get_by_role("alert")).to_have_count(0)
