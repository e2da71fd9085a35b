"""Simulations over HTTP: asked for, followed to their end, stopped."""

from __future__ import annotations

import time
from typing import Any

import httpx

from resolvers.rule_sets.library import shipped

LOWER = shipped()["grading"].text.replace(">= 50万", ">= 25万")
"""The shipped grading with a lower bar for VIPs."""

AS_ANALYST = {"x-c360-role": "analyst"}

SIMULATION = """id ruleSet state askedBy asOf since startedAt endedAt endedBy problem
    output version { number } against { number } progress { step doneCount totalCount }
    result {
      counted lookedAt { zh en } output count changedCount quietCount quiet { output count } withheld exposureWithheld
      moves { before after count exposure { amount currency } openTicketCount openComplaintCount }
      outcomes {
        outcome
        before { count exposure { amount } openTicketCount openComplaintCount }
        after { count exposure { amount } openTicketCount openComplaintCount }
      }
      work { name unit outcome before after } withoutHistory { name }
      movers(first: 20) {
        customer { code name } ticket { number } before after withheld facts { name value unit withheld }
        reasonBefore { zh en } reasonAfter { zh en } reasonsWithheld
      }
      history {
        months { at outcomes { outcome beforeCount afterCount } beforeChangedCount afterChangedCount }
        beforeToAndFroCount afterToAndFroCount withoutHistory { name }
      }
    }"""
START = f"""mutation($input: StartSimulationInput!) {{ startSimulation(input: $input) {{
    errors {{ code field message problems {{ line column message }} }} ruleSimulation {{ {SIMULATION} }} }} }}"""
STOP = f"""mutation($input: StopSimulationInput!) {{ stopSimulation(input: $input) {{
    errors {{ code field message }} ruleSimulation {{ {SIMULATION} }} }} }}"""
ONE = f"query($id: ID!) {{ node(id: $id) {{ ... on RuleSimulation {{ {SIMULATION} }} }} }}"
ENDED = frozenset({"DONE", "FAILED", "CANCELLED"})


class Analyst:
    """Somebody who asks for simulations."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        self._client = httpx.Client(base_url=url, headers=headers or AS_ANALYST, timeout=30)

    def __enter__(self) -> Analyst:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, text: str, **variables: Any) -> Any:
        """The one entry of an operation."""
        reply = self._client.post("/graphql", json={"query": text, "variables": variables}).json()
        assert "errors" not in reply, reply
        [found] = reply["data"].values()
        return found

    def start(self, text: str | None = LOWER, **given: Any) -> Any:
        """Ask for one; gives its id."""
        begun = self.ask(START, input={**({} if text is None else {"text": text}), **given})
        assert begun["errors"] == [], begun
        return begun["ruleSimulation"]["id"]

    def one(self, key: str) -> Any:
        return self.ask(ONE, id=key)

    def stop(self, key: str) -> Any:
        return self.ask(STOP, input={"id": key})

    def metrics(self, key: str) -> str:
        """What the server counts, for whoever has the key."""
        return self._client.get("/metrics", headers={"authorization": f"Bearer {key}"}).text

    def follow(self, key: str, until: frozenset[str] = ENDED, seconds: float = 120.0) -> Any:
        """Ask again until it is in one of these states; gives it."""
        deadline = time.monotonic() + seconds
        while (seen := self.one(key))["state"] not in until:
            assert time.monotonic() < deadline, f"it is {seen['state']} still"
            time.sleep(0.1)
        return seen
