"""Every sentence of an error, from its real cause, in the page."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from genwidget.sandbox import API_KEY, STATE_KEYS, Sandbox
from tests.browser.panel import PlaygroundView
from tests.browser.servers import free_port

CUSTOM_KEY = "any-key-a-custom-host-gives"


def posts(sandbox):
    return [row for row in sandbox.requests if row.route == "generate_image"]


@pytest.mark.parametrize("key", ["hello", "bye_\u202eabc"])
def test_of_a_key_that_is_none(show, notebook, key):
    view = show()
    view.lock_key(key)
    view.expect_key_refused("Invalid API key format", key)
    expect(view.root.get_by_text("Keys begin with bye_", exact=False)).to_be_visible()
    expect(view.send).to_be_disabled()
    assert notebook.ask("pg.locked") is False


@pytest.mark.parametrize(("fault", "state"), [("oversize", "lost"), ("html_403", "refused")])
def test_of_an_answer_that_cannot_be_read(show, notebook, sandbox, fault, state):
    """Of a firewall, and of one that is too large; the walk has the others."""
    sandbox.faults.add(kind=fault, route="generate")
    view = show(is_locked=True)
    view.write_prompt()
    view.send.click()
    view.expect_alert({"oversize": "Response too large", "html_403": "Invalid JSON response from server"}[fault])
    assert notebook.ask("pg.runs[0].state.value") == state
    expect(view.resume).to_have_count(1 if state == "lost" else 0)
    assert len(posts(sandbox)) == 1


@pytest.mark.parametrize("name", ["revoked", "wrong_region"])
def test_of_a_key_that_the_api_refuses(show, notebook, sandbox, name):
    view = show()
    view.lock_key(STATE_KEYS[name])
    view.expect_key_refused("Not valid for Sandbox", STATE_KEYS[name])
    expect(view.send).to_be_disabled()
    expect(view.alert).to_have_count(0)
    assert notebook.ask("pg.locked") is False
    view.lock_key(API_KEY)
    expect(view.unlock).to_be_focused()
    expect(view.root.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("key", "status_code", "api_code"),
    [(STATE_KEYS["revoked"], 401, "BSE1002"), (STATE_KEYS["no_credits"], 402, "BSE1004")],
    ids=["401", "402"],
)
def test_of_the_api_itself(show, notebook, sandbox, key, status_code, api_code):
    sandbox.faults.add(kind="server_error", route="billing")  # so that the key is locked unchecked
    view = show()
    view.lock_key(key)
    expect(view.unlock).to_be_visible()
    view.write_prompt()
    view.send.click()
    expect_the_servers_own_words(view, notebook, status_code, api_code)
    assert notebook.ask("pg.runs[0].state.value") == "refused"


def test_of_too_many_requests(show, notebook, sandbox):
    sandbox.faults.add(kind="rate_limit", route="generate", retry_after_s=7200)
    view = show(is_locked=True)
    view.write_prompt()
    view.send.click()
    expect_the_servers_own_words(view, notebook, 429, "BSE1005")
    expect(view.response.get_by_text("The API asks to wait 7200 s before the next request.")).to_be_visible()


def expect_the_servers_own_words(view, notebook, status_code, api_code):
    expect(view.alert).not_to_be_empty()
    view.expect_status(status_code)
    sentence = notebook.ask("pg.runs[0].error.message")
    view.expect_alert(sentence)
    said = notebook.execute("import json; print(json.dumps(pg.response['error']))")
    assert f'"message": "{sentence}"' in said
    expect(view.response.get_by_text(api_code).first).to_be_visible()
    expect(view.response.get_by_text(notebook.ask("pg.response['request_id']")).first).to_be_visible()


def test_of_a_host_that_refuses_the_connection(show, notebook):
    port = free_port()
    view = show(f'base_url="http://127.0.0.1:{port}", settings=Settings(max_tries=1)')
    view.lock_key(CUSTOM_KEY)
    expect(view.unlock).to_be_visible()
    view.write_prompt()
    view.send.click()
    view.expect_alert(f"Could not reach 127.0.0.1:{port}")
    expect(view.response.get_by_text("It refused the connection. Nothing was sent.")).to_be_visible()
    assert notebook.ask("pg.runs[0].state.value") == "unreached"
    expect(view.resume).to_have_count(0)
    with Sandbox(port) as one:
        view.response.get_by_role("button", name="Try again").click()
        view.expect_status(401)  # the sandbox does not know this key
        assert len(posts(one)) == 1


class ForeignHandler(BaseHTTPRequestHandler):
    """A plain server that answers every request with 200 {"ok": true}."""

    content = b'{"ok": true}'

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.received.append((self.command, self.path))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    do_GET = do_POST = answer  # noqa: N815 - the names of the standard library

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def foreign_server(handler=ForeignHandler):
    server = HTTPServer(("127.0.0.1", 0), handler)
    server.received = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_good_answer_that_is_no_generation_is_shown_without_alert_or_polls(show, notebook):
    with foreign_server() as server:
        address = f"http://127.0.0.1:{server.server_port}"
        view = show(f'base_url="{address}", settings=Settings(live_models=False)')
        view.lock_key(CUSTOM_KEY)
        expect(view.unlock).to_be_visible()
        view.write_prompt()
        view.send.click()
        expect(view.json).to_contain_text('"ok": true')
        view.expect_status(200)
        expect(view.response.get_by_text("3 lines", exact=True)).to_be_visible()
        expect(view.alert).to_have_count(0)
        assert notebook.ask("[pg.runs[0].state.value, pg.response]") == ["answered", {"ok": True}]
        beside = ("/v1/estimate/", "/v1/user/billing")
        asked = [path for method, path in server.received if not path.startswith(beside)]
        assert asked == ["/v1/generate/image/bfl/flux-schnell"]


class LargeHandler(ForeignHandler):
    """Answers with 5 MB of JSON."""

    content = json.dumps({"ok": [f"{number:07d}" + "x" * 992 for number in range(5_000)]}).encode()


def test_five_megabytes_of_json_arrive_in_messages_that_every_host_takes(lab, lab_server):
    sizes = []
    lab.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))))
    with foreign_server(LargeHandler) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        lab.open(
            "from genwidget import Playground, Settings\n"
            f'pg = Playground(base_url="{address}", settings=Settings(live_models=False))\npg'
        ).run_all()
        view = PlaygroundView(lab.page).wait()
        view.lock_key(CUSTOM_KEY)
        expect(view.unlock).to_be_visible()
        view.write_prompt()
        view.send.click()
        expect(view.response.get_by_text("5,004 lines", exact=True)).to_be_visible()
        expect(view.json).to_contain_text("0000003x")
    assert sum(sizes) > 5_000_000
    assert max(sizes) < 1_000_000
