"""Stored and trusted documents: which text a request means, and which requests mean none."""

from __future__ import annotations

import json

import pytest

from server.edge.stored import StoredDocuments, sha256_of
from server.edge.texts import Texts
from server.edge.trusted import load_trusted
from server.payload import Asked, asked_of
from server.refusal import Code, Refusal
from server.user_error import UserError

HELLO = "{ echo }"
HASH = sha256_of(HELLO)


def asked(query: str | None = None, **named: str | None) -> Asked:
    return Asked(query, None, None, **named)


def refused(texts: Texts, request: Asked) -> tuple[int, Code]:
    with pytest.raises(Refusal) as caught:
        texts.text(request)
    return caught.value.status, caught.value.code


class TestAutomatic:
    def test_a_text_is_known_by_its_hash_once_it_was_kept(self):
        texts = Texts({})
        assert refused(texts, asked(sha256=HASH)) == (200, Code.PERSISTED_QUERY_NOT_FOUND)

        request = asked(HELLO, sha256=HASH)
        assert texts.text(request) == HELLO
        assert refused(texts, asked(sha256=HASH)) == (200, Code.PERSISTED_QUERY_NOT_FOUND)
        texts.keep(request)

        assert texts.text(asked(sha256=HASH)) == HELLO

    def test_the_words_of_a_miss_are_those_that_clients_look_for(self):
        with pytest.raises(Refusal, match=r"^PersistedQueryNotFound$"):
            Texts({}).text(asked(sha256=HASH))

    def test_a_wrong_hash_is_refused(self):
        assert refused(Texts({}), asked("{ other }", sha256=HASH)) == (400, Code.PERSISTED_QUERY_MISMATCH)

    def test_texts_without_a_hash_are_not_kept(self):
        texts = Texts({})
        texts.keep(asked(HELLO))

        assert refused(texts, asked(sha256=HASH)) == (200, Code.PERSISTED_QUERY_NOT_FOUND)

    def test_the_store_is_bounded_by_number_and_by_bytes(self):
        stored = StoredDocuments(most=10, most_bytes=1_000)
        for number in range(50):
            stored.keep(str(number), "x" * 50)
        assert (len(stored), stored.bytes) == (10, 500)
        assert stored.get("40")

        stored.keep("large", "客" * 200)

        assert stored.bytes <= 1_000
        assert stored.get("large")
        assert stored.get("40")
        assert stored.get("41") is None

    def test_a_text_that_is_larger_than_the_store_is_not_kept(self):
        stored = StoredDocuments(most_bytes=10)
        stored.keep("a", "x" * 11)

        assert (len(stored), stored.bytes) == (0, 0)


class TestTrusted:
    def test_they_are_known_by_their_ids(self):
        texts = Texts({"one": HELLO, f"sha256:{HASH}": HELLO})

        assert texts.text(asked(document_id="one")) == HELLO
        assert texts.text(asked(document_id=HASH)) == HELLO
        assert texts.text(asked(document_id=f"sha256:{HASH}")) == HELLO
        assert texts.text(asked(sha256=HASH)) == HELLO
        assert refused(texts, asked(document_id="two")) == (400, Code.UNTRUSTED_DOCUMENT)

    def test_others_are_answered_too_unless_only_they_may(self):
        open_, strict = Texts({"one": HELLO}), Texts({"one": HELLO}, only=True)

        assert open_.text(asked("{ other }")) == "{ other }"
        assert strict.text(asked(HELLO)) == HELLO
        assert strict.text(asked(document_id="one")) == HELLO
        for request in (asked("{ other }"), asked(sha256=HASH), asked("{ other }", sha256=sha256_of("{ other }"))):
            assert refused(strict, request) == (400, Code.UNTRUSTED_DOCUMENT)

    def test_what_is_sent_with_a_hash_is_not_kept_where_only_they_may_be_asked(self):
        texts = Texts({"one": HELLO}, only=True)
        texts.keep(asked("{ other }", sha256=sha256_of("{ other }")))

        assert refused(texts, asked(sha256=sha256_of("{ other }"))) == (400, Code.UNTRUSTED_DOCUMENT)


class TestManifests:
    @pytest.mark.parametrize(
        "manifest",
        [
            {"a": HELLO},
            {
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": [{"id": "a", "name": "A", "type": "query", "body": HELLO}],
            },
        ],
    )
    def test_each_form_is_read(self, tmp_path, manifest):
        path = tmp_path / "documents.json"
        path.write_text(json.dumps(manifest))

        assert load_trusted(path) == {"a": HELLO}

    @pytest.mark.parametrize(
        ("content", "word"),
        [
            ("{", "no JSON"),
            ("[]", "no object"),
            ("{}", "no document"),
            ('{"a": 5}', "'a' has no text"),
            ('{"a": " "}', "'a' has no text"),
            ('{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}', "version 1"),
            ('{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [5]}', "no object"),
            ('{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a"}]}', "'a' has no"),
        ],
    )
    def test_what_is_wrong_is_said(self, tmp_path, content, word):
        path = tmp_path / "documents.json"
        path.write_text(content)

        with pytest.raises(UserError, match=word) as caught:
            load_trusted(path)

        assert str(path) in caught.value.message
        assert caught.value.cure

    def test_a_missing_file_is_said(self, tmp_path):
        with pytest.raises(UserError, match="cannot be read"):
            load_trusted(tmp_path / "none.json")


class TestPayloads:
    @pytest.mark.parametrize(
        "payload",
        [
            {"documentId": "a", "query": HELLO},
            {"documentId": "a", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}},
            {"documentId": 5},
            {"documentId": ""},
            {"documentId": "x" * 300},
            {"extensions": {"persistedQuery": "x"}},
            {"extensions": {"persistedQuery": {"version": 1}}},
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}},
            {"query": 5, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": HASH}}},
        ],
    )
    def test_a_request_means_one_document(self, payload):
        with pytest.raises(Refusal) as caught:
            asked_of(payload)

        assert caught.value.code == Code.INVALID_REQUEST

    def test_another_version_is_not_supported_and_clients_send_the_text_then(self):
        with pytest.raises(Refusal, match=r"^PersistedQueryNotSupported$") as caught:
            asked_of({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": HASH}}})

        assert (caught.value.status, caught.value.code) == (200, Code.PERSISTED_QUERY_NOT_SUPPORTED)
