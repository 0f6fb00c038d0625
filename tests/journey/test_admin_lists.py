"""What admins look at: everybody's replies, weekly runs, and what the model has cost."""

import datetime

from problems import assert_problem
from stacktool import functions, weekly
from stacktool.journey import expect, poll


def test_an_admin_lists_the_latest_replies_of_everybody(coached, member, admin):
    assert_problem(member().user.get("/v1/admin/replies"), 403)
    said = expect(coached.user.post("/v1/coach/message", {"message": "What is for lunch?"}), "message")

    def found() -> dict | None:
        replies = expect(admin.get("/v1/admin/replies?limit=100"), "replies")["items"]
        times = [reply["created_at"] for reply in replies]
        assert times == sorted(times, reverse=True)
        return next((reply for reply in replies if reply["message_id"] == said["message_id"]), None)

    # The index may lag by moments.
    reply = poll("listing the reply", found)
    assert reply["email"] == coached.email
    assert reply["system_prompt_version_used"] == said["system_prompt_version_used"]
    assert_problem(admin.get("/v1/admin/replies?limit=1000"), 422, "limit")


def test_an_admin_sees_what_was_spent_by_day_purpose_and_pool(coached, member, admin):
    assert_problem(member().user.get("/v1/admin/spending"), 403)
    spending = expect(admin.get(f"/v1/admin/spending?user={coached.email.replace('@', '%40')}"), "spending")
    assert {"coach", "consultation", "profile", "prompt"} <= spending["by_purpose_usd"].keys()
    for parts in ("by_purpose_usd", "by_pool_usd"):
        assert abs(sum(spending[parts].values()) - spending["total_usd"]) < 1e-8
    assert spending["days"][-1]["day"] <= datetime.datetime.now(datetime.UTC).date().isoformat()
    assert_problem(admin.get("/v1/admin/spending?user=nobody"), 404)
    assert_problem(admin.get("/v1/admin/spending?from=2026-01-01&to=2026-12-31"), 422, "from")


def test_an_admin_looks_at_weekly_runs(stack, member, admin):
    assert_problem(member().user.get("/v1/admin/runs"), 403)
    begun, failed = functions.invoke(stack, "weekly-updater", weekly.scheduled_event(stack))
    assert not failed, begun
    run = expect(admin.get("/v1/admin/runs?limit=1"), "runs")["items"][0]
    assert run["run_id"] == begun["run_id"]
    details = expect(admin.get(f"/v1/admin/runs/{run['run_id']}"), "run")
    assert {"parts", "more_parts", "open_batches", "checked", "cost_usd"} <= details.keys()
    assert_problem(admin.get("/v1/admin/runs/nothing"), 404)


def test_an_admin_sees_where_one_user_stands(coached, member, admin):
    path = f"/v1/admin/users/{coached.email}"
    assert_problem(member().user.get(path), 403)
    user = expect(admin.get(path), "user")
    profile = expect(coached.user.get("/v1/users/me"), "profile")
    assert (user["user_id"], user["email"]) == (profile["user_id"], coached.email)
    assert user["system_prompt_version"] == profile["system_prompt_version"]
    assert expect(admin.get(f"/v1/admin/users/{user['user_id']}"), "user by id")["email"] == coached.email
    assert_problem(admin.get("/v1/admin/users/nobody@example.com"), 404)
