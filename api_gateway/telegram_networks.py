"""Whether a request comes from Telegram's own networks."""

import functools
import ipaddress
from collections.abc import Iterable

_NETWORKS = (
    ipaddress.IPv4Network("149.154.160.0/20"),
    ipaddress.IPv4Network("91.108.4.0/22"),
)
_FORWARDED_FOR = b"x-forwarded-for"


class TelegramNetworks:
    """Looks at the address of a request's sender, behind a stated number of proxies."""

    def __init__(self, *, trusted_proxies: int) -> None:
        """Trust the last `trusted_proxies` entries of X-Forwarded-For, and none before them."""
        self._trusted_proxies = trusted_proxies

    def include(self, peer: str | None, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Tell whether the sender is Telegram.

        `peer` is who opened the connection. Each trusted proxy appended who called it, so that
        with n of them the sender is the n-th from the right. What the sender itself wrote there
        stands further left and is never looked at. A request that came another way than stated
        (by a proxy where there should be none, by too few) is not Telegram's.
        """
        written = b",".join(value for name, value in headers if name == _FORWARDED_FOR)
        if self._trusted_proxies == 0:
            # Servers may replace the peer by what the header says, so the header must not be there.
            return not written and _is_telegrams(peer or "")
        callers = written.decode("latin-1").split(",")
        if len(callers) < self._trusted_proxies:
            return False
        return _is_telegrams(callers[-self._trusted_proxies].strip())


@functools.lru_cache(maxsize=4096)
def _is_telegrams(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return mapped is not None and any(mapped in network for network in _NETWORKS)
    return any(found in network for network in _NETWORKS)
