"""What the drivers do when they are cut."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
async def cuts_while_connecting_are_no_failures(anyio_backend) -> AsyncIterator[None]:
    """asyncpg forgets the error of an attempt to connect that is cut, and asyncio tells of what was forgotten."""
    loop = asyncio.get_running_loop()
    told = loop.get_exception_handler()

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(context.get("exception"), ConnectionError):
            return
        if told is None:
            loop.default_exception_handler(context)
        else:
            told(loop, context)

    loop.set_exception_handler(tell)
    yield
    gc.collect()
    loop.set_exception_handler(told)
