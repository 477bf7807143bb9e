"""Prometheus' page of the core."""

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families


def _counted(route: str, status: str) -> float:
    page = Client().get("/metrics")
    assert page["Content-Type"].startswith("text/plain")
    return sum(
        sample.value
        for family in text_string_to_metric_families(page.content.decode())
        for sample in family.samples
        if sample.name == "engage_core_requests_total"
        and (sample.labels["route"], sample.labels["status"]) == (route, status)
    )


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [("/health/live", "health-live", "200"), ("/api/v1/learners/5/", "learner", "401")],
)
def test_requests_are_counted_by_route_and_status(path: str, route: str, status: str):
    before = _counted(route, status)
    Client().get(path)
    assert _counted(route, status) == before + 1


def test_addresses_that_lead_nowhere_do_not_grow_the_metrics():
    for number in range(3):
        Client().get(f"/nowhere/{number}")
    assert _counted("-", "404") >= 3
    assert b"nowhere" not in Client().get("/metrics").content
