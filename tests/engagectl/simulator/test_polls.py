"""Polls and quizzes: votes, updates, closing by hand and by time."""

import pytest

from tests.engagectl.simulator.conftest import Scene


def test_a_quiz_keeps_its_answer_until_the_person_votes(started: Scene) -> None:
    sent = started.say(
        method="sendPoll", question="2+2?", options=["3", {"text": "4"}], type="quiz",
        correct_option_ids=[1], explanation="<b>count</b>", explanation_parse_mode="HTML",
        is_anonymous=False,
    )  # fmt: skip
    [seen] = [m for m in started.history()["messages"] if m["poll"]]
    assert "correct_option_ids" not in seen["poll"]
    assert "explanation" not in seen["poll"]
    voted = started.act("vote", message_id=sent["message_id"], option_ids=[0])
    assert voted["poll"]["own_vote"] == [0]
    assert voted["poll"]["correct_option_ids"] == [1]
    assert voted["poll"]["explanation"] == "count"
    answer, poll = started.updates()
    assert answer["poll_answer"]["option_ids"] == [0]
    assert answer["poll_answer"]["user"]["id"] == started.user["id"]
    assert poll["poll"]["total_voter_count"] == 1


def test_a_quiz_takes_one_vote_and_a_poll_lets_it_change(started: Scene) -> None:
    ask = {"method": "sendPoll", "question": "?", "options": ["a", "b"]}
    quiz = started.say(**ask, type="quiz", correct_option_id=0)
    started.act("vote", message_id=quiz["message_id"], option_ids=[0])
    again = {**started.who, "message_id": quiz["message_id"], "option_ids": [1]}
    assert started.http.post("/sim/vote", json=again).json()["error"]["code"] == "already_voted"
    poll = started.say(**ask)
    started.act("vote", message_id=poll["message_id"], option_ids=[0])
    changed = started.act("vote", message_id=poll["message_id"], option_ids=[1])
    assert [option["voter_count"] for option in changed["poll"]["options"]] == [0, 1]


def test_a_stopped_poll_takes_no_vote(started: Scene) -> None:
    poll = started.say(method="sendPoll", question="?", options=["a", "b"])
    stopped = started.say(method="stopPoll", message_id=poll["message_id"])
    assert stopped["is_closed"]
    vote = {**started.who, "message_id": poll["message_id"], "option_ids": [0]}
    assert started.http.post("/sim/vote", json=vote).json()["error"]["code"] == "poll_closed"
    refusal = started.refusal("stopPoll", message_id=poll["message_id"])
    assert refusal == "Bad Request: poll has already been closed"


def test_a_poll_closes_when_its_time_is_over(started: Scene) -> None:
    started.say(method="sendPoll", question="?", options=["a", "b"], open_period=60)
    before = started.history()["version"]
    started.http.post("/sim/clock", json={"advance": 61})
    [closed] = started.history(after=before, wait=5)["messages"]
    assert closed["poll"]["is_closed"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"options": ["x"] * 13}, "poll must have at most 12 options"),
        ({"options": []}, "poll must have at least 1 option"),
        ({"options": ["x" * 101]}, "poll options length must not exceed 100"),
        ({"type": "quiz"}, "quiz must have at least one correct option"),
        ({"type": "quiz", "correct_option_ids": [2]}, "wrong correct option ID specified"),
    ],
)
def test_a_wrong_poll_is_refused(started: Scene, wrong: dict[str, object], why: str) -> None:
    poll = {"question": "?", "options": ["a", "b"], **wrong}
    assert started.refusal("sendPoll", **poll) == f"Bad Request: {why}"
