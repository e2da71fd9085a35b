"""Our server as `c360 serve` runs it with one worker, except that BENCH_WAY chooses how it answers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator

from resolvers.reading import Way
from server.app import Application
from server.listening import bound_socket, server_for
from server.logs import configure_logging
from server.service import CustomerService, open_service
from server.settings import Settings, load_settings


@contextlib.asynccontextmanager
async def one_way(settings: Settings) -> AsyncIterator[CustomerService]:
    """The service, whose answers take the way that BENCH_WAY names."""
    async with open_service(settings) as service:
        service.answerer.way = Way(os.environ["BENCH_WAY"])
        yield service


def main() -> None:
    """Serve until a signal comes."""
    settings = load_settings(
        database_url=os.environ["BENCH_DSN"].replace("postgresql:", "postgresql+asyncpg:"),
        port=int(os.environ["BENCH_PORT"]),
        read_pool_size=10,
        log_level="warning",
    )
    configure_logging(settings)
    with bound_socket(settings.host, settings.port) as bound:
        server_for(Application(settings, opener=one_way, freeze=True), access_log=False).run(sockets=[bound])


if __name__ == "__main__":
    main()
