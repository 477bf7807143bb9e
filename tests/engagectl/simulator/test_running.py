"""The simulator as a program: what it remembers, records, refuses and how it misbehaves."""

import json
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.engagectl.simulator.conftest import Scene
from tests.services import wait_until
from tests.simulator_process import SimulatorProcess


def test_everything_outlives_a_kill(tmp_path: Path) -> None:
    simulator = SimulatorProcess(tmp_path / "state")
    simulator.start()
    with httpx2.Client(base_url=simulator.url) as http:
        bot = http.post("/sim/bots", json={"username": "kept_bot"}).json()
        user = http.post("/sim/users", json={"first_name": "Ann"}).json()
        scene = Scene(http, bot, user)
        scene.act("start")
        sent = scene.say(text="kept")
        last = scene.act("send", text="not read yet")
        waiting = scene.call("getUpdates")["result"]
        http.get("/health/ready")
    _wait_for_journal(simulator, "not read yet")
    simulator.kill()
    simulator.start()
    with httpx2.Client(base_url=simulator.url) as http:
        scene = Scene(http, bot, user)
        assert http.get("/sim/bots").json() == [bot]
        assert scene.call("getUpdates")["result"] == waiting
        texts = [message["text"] for message in scene.history()["messages"]]
        assert texts == ["/start", "kept", "not read yet"]
        assert scene.say(text="next")["message_id"] == last["message_id"] + 1
        assert scene.history(after=last["version"])["version"] > last["version"]
        assert sent["message_id"] < last["message_id"]
    simulator.stop()


def _wait_for_journal(simulator: SimulatorProcess, text: str) -> None:
    journal = simulator.state_dir / "state.jsonl"
    wait_until(lambda: text in journal.read_text(), what="the journal is written")


def test_a_torn_line_does_not_stop_the_start(tmp_path: Path) -> None:
    simulator = SimulatorProcess(tmp_path / "state")
    simulator.state_dir.mkdir()
    person = {"id": 500000001, "first_name": "Ann"}
    line = json.dumps(["person", "500000001", person])
    (simulator.state_dir / "state.jsonl").write_text(f'{line}\n["person","2",{{"id')
    simulator.start()
    assert [p["first_name"] for p in httpx2.get(f"{simulator.url}/sim/users").json()] == ["Ann"]
    simulator.stop()


def test_it_refuses_production(tmp_path: Path) -> None:
    simulator = SimulatorProcess(tmp_path / "state")
    program = simulator.launch(ENGAGE_ENV="production")
    assert program.wait_for_end() != 0
    assert "does not start in production" in program.output


def test_a_bot_is_made_once(scene: Scene) -> None:
    again = scene.http.post("/sim/bots", json={"username": scene.bot["username"].upper()})
    assert again.json() == scene.bot
    token = f"{scene.bot['id']}:SIM{'x' * 32}"
    moved = scene.http.post(
        "/sim/bots", json={"username": scene.bot["username"], "token": token}
    ).json()
    assert moved["token"] == token
    taken = scene.http.post("/sim/bots", json={"username": "thief_bot", "token": token})
    assert taken.json()["error"]["code"] == "token_taken"


def test_calls_are_recorded_without_tokens(started: Scene) -> None:
    started.say(text=f"my token is {started.bot['token']}")
    record = started.http.get("/sim/calls", params={"bot": started.bot["username"]})
    assert started.bot["token"] not in record.text
    assert record.json()["calls"][-1]["method"] == "sendMessage"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "too_many_requests", "retry_after": 7}, 429),
        ({"kind": "server_error", "status": 502}, 502),
        ({"kind": "forbidden"}, 403),
    ],
)
def test_a_fault_strikes_once(started: Scene, fault: dict[str, Any], status: int) -> None:
    fault = {**fault, "bot": started.bot["username"], "method": "sendMessage"}
    started.http.post("/sim/faults", json=fault)
    struck = started.call("sendMessage", chat_id=started.user["id"], text="x")
    assert struck["error_code"] == status
    if status == 429:
        assert struck["parameters"] == {"retry_after": 7}
        assert struck["description"] == "Too Many Requests: retry after 7"
    assert started.say(text="x")["text"] == "x"


def test_a_lost_answer_still_sent_the_message(started: Scene) -> None:
    before = started.history()["version"]
    started.http.post("/sim/faults", json={"kind": "lost_answer", "method": "sendMessage"})
    with pytest.raises(httpx2.HTTPError):
        started.say(text="lost")
    assert [m["text"] for m in started.history(after=before)["messages"]] == ["lost"]


def test_the_rate_model_asks_for_patience(started: Scene) -> None:
    model = {"enabled": True, "per_chat_burst": 2}
    started.http.post("/sim/rate_limits", json=model)
    try:
        started.say(text="1")
        started.say(text="2")
        refused = started.call("sendMessage", chat_id=started.user["id"], text="3")
        assert refused["parameters"]["retry_after"] == 1
        started.http.post("/sim/clock", json={"advance": 1})
        started.say(text="3")
    finally:
        started.http.post("/sim/rate_limits", json={"enabled": False})


def test_events_tell_at_once_what_happens(started: Scene) -> None:
    query = {"user_id": started.user["id"]}
    with (
        httpx2.Client(base_url=started.http.base_url, timeout=10) as listener,
        listener.stream("GET", "/sim/events", params=query) as events,
    ):
        lines = events.iter_lines()
        assert next(lines) == ": connected"
        threading.Timer(0.1, lambda: started.say(text="news")).start()
        data = next(line for line in lines if line.startswith("data: "))
    event = json.loads(data.removeprefix("data: "))
    assert (event["type"], event["message"]["text"]) == ("message", "news")
    assert event["bot"] == started.bot["username"]


def test_health_metrics_and_schema_are_served(scene: Scene) -> None:
    assert scene.http.get("/health/live").json() == {"status": "live"}
    assert scene.http.get("/health/ready").json()["status"] == "ready"
    assert "engage_simulator_people" in scene.http.get("/metrics").text
    assert "/sim/send" in scene.http.get("/sim/openapi.json").json()["paths"]


def test_a_wrong_request_names_its_fields(scene: Scene) -> None:
    answer = scene.http.post("/sim/tap", json={"bot": "x"})
    assert answer.status_code == 422
    assert set(answer.json()["error"]["fields"]) == {"user_id", "message_id", "data"}
    unknown = scene.http.post("/sim/send", json={"user_id": 1, "bot": "x", "text": "y"})
    assert unknown.json()["error"]["code"] in ("user_not_found", "bot_not_found")
