"""The page asks what the content list has of a lost run."""


def test_a_lost_run_finds_its_generation_in_the_content_list(pg, page, sandbox):
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run_id = page.send()["run_id"]
    page.wait_for("run", lambda told: told["state"] == "lost")
    (made,) = sandbox.generations
    answer, _ = page.ask("check_content", run_id=run_id)
    assert answer["data"] == {
        "generations": [
            {
                "generation_id": made["generation_id"],
                "generation_status": answer["data"]["generations"][0]["generation_status"],
                "generation_created_at": made["generation_created_at"],
            }
        ]
    }
    assert answer["data"]["generations"][0]["generation_status"] in {"pending", "processing", "succeeded"}


def test_the_content_list_is_not_asked_without_a_key(pg, page, sandbox):
    sandbox.faults.add(kind="not_json", route="generate", count=1)
    run_id = page.send()["run_id"]
    page.wait_for("run", lambda told: told["state"] == "lost")
    pg.unlock_key()
    answer, _ = page.ask("check_content", run_id=run_id)
    assert [answer["ok"], answer["alert"]["message"]] == [False, "Please lock your API key first"]
    assert [one.route for one in sandbox.requests].count("list") == 0
