"""Health, as a load balancer asks for it."""

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client


@pytest.mark.django_db
def test_a_core_with_its_database_is_ready():
    response = Client().get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok"},
    }


def test_a_core_that_lives_says_so_without_a_database():
    assert Client().get("/health/live").json() == {"status": "live"}


@pytest.mark.django_db(transaction=True)
def test_a_missing_database_is_named_and_the_core_recovers():
    connection = connections["default"]
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    try:
        response = Client().get("/health/ready")
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port
    assert response.status_code == 503
    assert "PostgreSQL" in response.json()["checks"]["database"]
    cache.clear()
    assert Client().get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_the_front_door_leads_to_the_admin():
    assert Client().get("/")["Location"] == "/admin/"
