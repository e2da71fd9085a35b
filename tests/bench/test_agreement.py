"""The check before the race: what it takes for the same, and what it does not let pass."""

from __future__ import annotations

import pytest

from tests.bench.agreement import Disagreement, compare

OURS = {
    "customer": {
        "id": "Customer:0190c0de-0000-7000-8000-000000000001",
        "owner": {"staff": {"name": "Wang"}},
        "metrics": {"monetary": {"amount": "12.30", "currency": "CNY"}, "lastContactAt": "2026-01-02T03:04:05.5+00:00"},
        "contacts": [{"name": "Li"}, {"name": "Wu"}],
        "interactions": {"nodes": [{"satisfaction": None}], "pageInfo": {"hasNextPage": False, "endCursor": "5b22"}},
    }
}


def postgraphile() -> dict[str, dict[str, object]]:
    return {
        "customer": {
            "id": "0190c0de-0000-7000-8000-000000000001",
            "owner": {"nodes": [{"staff": {"name": "Wang"}}]},
            "monetary": "1230",
            "currency": "CNY",
            "lastContactAt": "2026-01-02T03:04:05.500000+00:00",
            "contacts": {"nodes": [{"name": "Li"}, {"name": "Wu"}]},
            "interactions": {
                "nodes": [{"satisfaction": None}],
                "pageInfo": {"hasNextPage": False, "endCursor": "WyI="},
            },
        }
    }


def test_the_same_data_in_other_clothes_agrees() -> None:
    # given the same customer as two servers write it
    # when they are compared
    leaves = compare({"ours": OURS, "postgraphile": postgraphile()})
    # then they agree, and the leaves are counted once
    assert leaves == 9


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("monetary", "1231"),
        ("monetary", None),
        ("id", "0190c0de-0000-7000-8000-000000000002"),
        ("lastContactAt", "2026-01-02T03:04:05+00:00"),
        ("contacts", {"nodes": [{"name": "Wu"}, {"name": "Li"}]}),
        ("contacts", {"nodes": [{"name": "Li"}]}),
        ("owner", {"nodes": []}),
        ("interactions", {"nodes": [{"satisfaction": 0}], "pageInfo": {"hasNextPage": False, "endCursor": "WyI="}}),
        ("interactions", {"nodes": [{"satisfaction": None}], "pageInfo": {"hasNextPage": False, "endCursor": None}}),
    ],
)
def test_other_data_is_found(key: str, value: object) -> None:
    # given an answer in which one thing is different
    other = postgraphile()
    other["customer"][key] = value
    # when they are compared, then the difference is found
    with pytest.raises(Disagreement):
        compare({"ours": OURS, "postgraphile": other})
