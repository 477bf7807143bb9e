"""Who counts as Telegram, directly and behind proxies."""

import pytest
from redis import Redis

from api_gateway.telegram_networks import TelegramNetworks
from tests.api_gateway.gateway import SHARED_SECRET, Gateway, stored
from tests.api_gateway.test_webhook import UPDATE

TELEGRAM = "149.154.167.220"


def _headers(*written: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"x"), *((b"x-forwarded-for", each.encode("latin-1")) for each in written)]


@pytest.mark.parametrize(
    ("proxies", "peer", "written", "is_telegram"),
    [
        (0, TELEGRAM, [], True),
        (0, "91.108.7.255", [], True),
        (0, "149.154.176.0", [], False),
        (0, "91.108.8.0", [], False),
        (0, f"::ffff:{TELEGRAM}", [], True),
        (0, "::ffff:10.0.0.1", [], False),
        (0, "2001:67c:4e8::1", [], False),
        (0, None, [], False),
        (0, "testclient", [], False),
        (0, TELEGRAM, [TELEGRAM], False),
        (1, "10.0.0.1", [TELEGRAM], True),
        (1, TELEGRAM, [], False),
        (1, TELEGRAM, ["203.0.113.5"], False),
        (1, "10.0.0.1", [f"{TELEGRAM}, 203.0.113.5"], False),
        (1, "10.0.0.1", [f"203.0.113.5, {TELEGRAM}"], True),
        (1, "10.0.0.1", [TELEGRAM, "203.0.113.5"], False),
        (1, "10.0.0.1", [f"{TELEGRAM},"], False),
        (1, "10.0.0.1", ["é\xff"], False),
        (1, "10.0.0.1", [f"{TELEGRAM}:443"], False),
        (2, "10.0.0.1", [f"203.0.113.5,{TELEGRAM},10.0.0.2"], True),
        (2, "10.0.0.1", [f"{TELEGRAM},203.0.113.5,10.0.0.2"], False),
        (2, "10.0.0.1", [TELEGRAM], False),
    ],
)
def test_sender_is_the_nth_from_the_right(
    proxies: int, peer: str | None, written: list[str], is_telegram: bool
) -> None:
    networks = TelegramNetworks(trusted_proxies=proxies)
    assert networks.include(peer, _headers(*written)) is is_telegram


@pytest.fixture
def guarded_gateway(own_gateway: Gateway) -> Gateway:
    """A gateway behind one proxy that takes updates from Telegram's networks alone."""
    own_gateway.launch(TELEGRAM_NETWORKS_ONLY="true", TRUSTED_PROXIES="1").wait_for_port(
        own_gateway.port
    )
    return own_gateway


def test_update_from_elsewhere_is_refused_even_with_the_secret(
    guarded_gateway: Gateway, redis: Redis
) -> None:
    def post(forwarded_for: str) -> int:
        return guarded_gateway.http.post(
            "/webhook/english_bot/",
            json=UPDATE,
            headers={
                "X-Telegram-Bot-Api-Secret-Token": SHARED_SECRET,
                "X-Forwarded-For": forwarded_for,
            },
        ).status_code

    assert guarded_gateway.post("english_bot", UPDATE).status_code == 403
    assert post(f"{TELEGRAM}, 203.0.113.5") == 403
    assert stored(redis) == []
    assert post(f"203.0.113.5, {TELEGRAM}") == 200
    assert len(stored(redis)) == 1
    assert guarded_gateway.http.get("/health/live").status_code == 200
    shown = guarded_gateway.http.get("/metrics").text
    assert 'requests_total{bot="-",outcome="foreign_network"} 2.0' in shown
