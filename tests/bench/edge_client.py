"""One hostile client: sends one kind of request in a loop as fast as it is answered; run as a program of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import Counter

from tests.bench.edge_attacks import Attack, always

LINE = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"


class Client:
    """One connection, opened again when the server closes it."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._port = port
        self._start = LINE + "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._left: list[asyncio.StreamWriter] = []
        """Connections that were closed: what they have not sent yet is still on its way."""

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of one answer."""
        reader, writer = self._streams = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(self._start + request)
        with contextlib.suppress(ConnectionError):  # the answer may be there although the rest of the body was refused
            await writer.drain()
        try:
            return await self._answer(reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            return 0, b""

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        sizes = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length")]
        body = await reader.readexactly(sizes[0] if sizes else 0)
        if b"connection: close" in lines:
            self.close()
        return int(lines[0].split()[1]), body

    def close(self) -> None:
        """End the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._left.append(self._streams[1])
            self._streams = None

    async def end(self) -> None:
        """End all connections at once, whatever they have not sent yet."""
        self.close()
        for writer in self._left:
            if writer.transport.get_write_buffer_size():  # it would be sent first
                writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def code_of(status: int, body: bytes) -> str:
    """What the answer says: the first error's code, or the status."""
    with contextlib.suppress(ValueError, KeyError, IndexError, TypeError):
        return str(json.loads(body)["errors"][0]["extensions"]["code"])
    return str(status)


async def loop(attack: Attack, port: int, headers: dict[str, str], seconds: float, most: int = 10**9) -> Counter[str]:
    """Send for so long, or so many; gives how often each code came."""
    client, codes, number = Client(port, headers if attack.signed_in else {}), Counter[str](), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end and number < most:
        number += 1
        codes[code_of(*await client.ask(attack.make(number)))] += 1
    await client.end()
    return codes


def main() -> None:
    """Arguments: the attack's name, the port, seconds, headers as JSON. Prints the codes as JSON."""
    name, port, seconds, headers = sys.argv[1:]
    codes = asyncio.run(loop(always(name), int(port), json.loads(headers), float(seconds)))
    print(json.dumps(codes))


if __name__ == "__main__":
    main()
