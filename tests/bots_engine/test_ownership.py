"""A lease that ran out is over for good, whatever Redis says of it later."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bots.engine.ownership import Lease, PartitionOwnership
from bots.engine.redis_access import RedisAccess
from utils.update_envelope import PARTITIONS


class Tenant:
    """Notes which leases came and went."""

    def __init__(self) -> None:
        self.came: list[Lease] = []
        self.evicted: list[Lease] = []

    def move_in(self, lease: Lease) -> None:
        self.came.append(lease)

    async def move_out(self, lease: Lease) -> None:
        pass

    def evict(self, lease: Lease) -> None:
        self.evicted.append(lease)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[RedisAccess]:
    redis = RedisAccess(f"{redis_url.removesuffix('/0')}/3")
    await redis.client.flushdb()
    yield redis
    await redis.client.aclose(close_connection_pool=True)


async def test_a_lease_that_ran_out_is_not_renewed_but_taken_anew(redis: RedisAccess):
    tenant = Tenant()
    ownership = PartitionOwnership(redis, tenant)
    ownership.start()
    try:
        async with asyncio.timeout(15):
            while len(tenant.came) < PARTITIONS:
                await asyncio.sleep(0.02)
            # As after seconds in which this process had no turn on the processor.
            ran_out = tenant.came[0]
            ran_out.held_until = time.monotonic() - 0.01
            while len(tenant.came) == PARTITIONS:
                await asyncio.sleep(0.02)
    finally:
        await ownership.stop()
    assert tenant.evicted == [ran_out]
    anew = tenant.came[-1]
    assert anew.partition == ran_out.partition
    assert int(anew.token.split(":")[0]) > int(ran_out.token.split(":")[0])
