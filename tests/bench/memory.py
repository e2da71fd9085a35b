"""Memory when every request brings another document: what is kept of documents must be bounded."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import psutil

from tests.bench.questions import document
from tests.bench.servers import Running
from tests.bench.usage import private_mb, resident_mb

DOCUMENTS = 10_000
SAMPLES = 5
CLIENTS = 8
"""Clients at a time, so that several connections to the database are in use."""


@dataclass(frozen=True)
class Sample:
    """Memory in MB after so many different documents: the worker's, and what PostgreSQL's backends own."""

    documents: int
    worker_mb: float
    store_mb: float

    def as_json(self) -> dict[str, Any]:
        """For the file of `--json`."""
        return asdict(self)


def documents(running: Running, customers: Sequence[str], store: psutil.Process | None) -> list[Sample]:
    """Ask 10,000 different documents, each once, and look at the memory five times on the way."""
    samples, step = [_sample(running, 0, store)], DOCUMENTS // SAMPLES
    with ThreadPoolExecutor(CLIENTS) as clients:
        for start in range(0, DOCUMENTS, step):
            parts = [range(start + client, start + step, CLIENTS) for client in range(CLIENTS)]
            list(clients.map(partial(_ask_all, running, customers), parts))
            samples.append(_sample(running, start + step, store))
    return samples


def different(number: int, customer: str) -> Mapping[str, Any]:
    """A document that nobody sent before, because of one alias; every tenth is as large as query A."""
    text = document("ours", "a" if number % 10 == 0 else "c")
    named = text.replace(" code ", f" code{number}: code ", 1)
    return {"query": named, "variables": {"id": f"Customer:{customer}"}}


def growth(samples: Sequence[Sample]) -> float:
    """By how much the worker grew after the first fifth of the documents, in MB."""
    return samples[-1].worker_mb - samples[1].worker_mb


def _ask_all(running: Running, customers: Sequence[str], numbers: Iterable[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    try:
        for number in numbers:
            _ask(connection, different(number, customers[number % len(customers)]), running.server.headers)
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    connection.request("POST", "/graphql", json.dumps(body), {"content-type": "application/json", **headers})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200 or b'"errors"' in text:
        raise RuntimeError(f"{answer.status} {text[:600]!r}")


def _sample(running: Running, number: int, store: psutil.Process | None) -> Sample:
    return Sample(number, resident_mb(running.process), private_mb(store))
