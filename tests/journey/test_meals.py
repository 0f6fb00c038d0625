"""Meals, and the local days that they count for."""

import datetime
import zoneinfo

from problems import assert_problem
from stacktool.journey import expect

SOUP = {"name": "Soup", "meal_type": "dinner", "calories": 400, "protein_g": 20, "carbs_g": 50, "fat_g": 13}


def totals(person, day: datetime.date) -> dict | None:
    answer = expect(person.user.get("/v1/users/me/behavior"), "behaviour")
    return next((entry for entry in answer["daily"] if entry["day"] == day.isoformat()), None)


def test_a_dinner_in_denver_counts_for_the_day_it_was_eaten_on(member):
    person = member("weekend-overeater")
    zone = zoneinfo.ZoneInfo("America/Denver")
    day = datetime.datetime.now(zone).date() - datetime.timedelta(days=3)
    late = datetime.datetime.combine(day, datetime.time(21, 0), zone)
    in_utc = late.astimezone(datetime.UTC)
    assert in_utc.date() == day + datetime.timedelta(days=1)
    first = expect(person.user.post("/v1/meals", SOUP | {"eaten_at": late.isoformat()}), "meal", 201)
    second = expect(person.user.post("/v1/meals", SOUP | {"eaten_at": in_utc.isoformat()}), "meal", 201)
    assert first["day"] == second["day"] == day.isoformat()
    entry = totals(person, day)
    assert (entry["meals"], entry["calories"]) == (2, 800)
    assert not (totals(person, day + datetime.timedelta(days=1)) or {"meals": 0})["meals"]


def test_deleting_a_meal_takes_it_off_its_day(member):
    person = member()
    zone = zoneinfo.ZoneInfo(person.scenario["person"]["timezone"])
    day = datetime.datetime.now(zone).date() - datetime.timedelta(days=1)
    noon = datetime.datetime.combine(day, datetime.time(12, 0), zone).isoformat()
    meals = [expect(person.user.post("/v1/meals", SOUP | {"eaten_at": noon}), "meal", 201) for _ in range(2)]
    gone = person.user.delete(f"/v1/meals/{meals[0]['meal_id']}")
    assert gone.status in (200, 204), gone.text
    assert_problem(person.user.delete(f"/v1/meals/{meals[0]['meal_id']}"), 404)
    assert (totals(person, day)["meals"], totals(person, day)["calories"]) == (1, 400)
    listed = expect(person.user.get("/v1/meals"), "meals")["items"]
    assert [meal["meal_id"] for meal in listed] == [meals[1]["meal_id"]]


def test_a_correction_of_yesterdays_meal_changes_the_behaviour_of_that_day(member):
    person, somebody_else = member(), member()
    zone = zoneinfo.ZoneInfo(person.scenario["person"]["timezone"])
    today = datetime.datetime.now(zone).date()
    yesterday, before = today - datetime.timedelta(days=1), today - datetime.timedelta(days=2)
    meals = {}
    for day in (yesterday, before):
        noon = datetime.datetime.combine(day, datetime.time(12, 0), zone).isoformat()
        meals[day] = expect(person.user.post("/v1/meals", SOUP | {"eaten_at": noon, "notes": "so tired"}), "meal", 201)
    url = f"/v1/meals/{meals[yesterday]['meal_id']}"
    for calories in (950, 150):
        changed = expect(person.user.patch(url, {"calories": calories, "notes": None}), "correction")
        assert changed == meals[yesterday] | {"calories": calories, "notes": None}
        assert (totals(person, yesterday)["meals"], totals(person, yesterday)["calories"]) == (1, calories)
        assert totals(person, before)["calories"] == SOUP["calories"]
    assert changed in expect(person.user.get("/v1/meals"), "meals")["items"]
    assert_problem(person.user.patch(url.replace(yesterday.isoformat(), before.isoformat()), {"calories": 1}), 404)
    moved = expect(person.user.patch(url, {"eaten_at": meals[before]["eaten_at"]}), "move to the day before")
    assert (moved["day"], totals(person, before)["meals"]) == (before.isoformat(), 2)
    assert totals(person, yesterday)["meals"] == 0
    # By the name that it was given when it was logged.
    back = expect(person.user.patch(url, {"eaten_at": meals[yesterday]["eaten_at"]}), "move back")
    assert back == changed
    assert_problem(person.user.patch(url, {}), 422)
    assert_problem(person.user.patch(url, {"sugar_g": 1}), 422, "sugar_g")
    assert_problem(somebody_else.user.patch(url, {"calories": 1}), 404)
    assert totals(person, yesterday)["calories"] == 150
    assert totals(somebody_else, yesterday) is None or totals(somebody_else, yesterday)["meals"] == 0


def test_a_repeated_request_with_its_key_logs_one_meal(member):
    person = member()
    body = SOUP | {"eaten_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}
    key = {"Idempotency_Key": "dinner-of-today"}
    first, second = (expect(person.user.post("/v1/meals", body, **key), "meal", 201) for _ in range(2))
    assert first["meal_id"] == second["meal_id"]
    assert len(person.user.get("/v1/meals").json["items"]) == 1
    assert_problem(person.user.post("/v1/meals", body | {"calories": 1}, **key), 422)


def test_meals_come_in_pages(member):
    person = member()
    now = datetime.datetime.now(datetime.UTC)
    for hour in range(5):
        eaten_at = (now - datetime.timedelta(hours=hour)).isoformat(timespec="seconds")
        expect(person.user.post("/v1/meals", SOUP | {"eaten_at": eaten_at}), "meal", 201)
    found, query = [], {"limit": 2}
    for _ in range(5):
        page = expect(person.user.get("/v1/meals", **query), "page")
        assert len(page["items"]) <= 2
        found += [meal["meal_id"] for meal in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert len(found) == len(set(found)) == 5
