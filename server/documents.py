"""What a document may ask for in this installation, and the documents that it trusts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graphql import OperationDefinitionNode, parse

from resolvers.reading.documents import Documents
from resolvers.reading.limits import Limits
from schema.build import build_schema
from server.edge.trusted import CURE, load_trusted
from server.settings import Settings
from server.user_error import UserError


def limits_of(settings: Settings) -> Limits:
    """What a document may ask for. In production nobody is helped to find out what there is."""
    is_open = settings.environment != "production"
    return Limits(introspection=is_open, suggestions=is_open)


def trusted_documents(settings: Settings, documents: Documents | None = None) -> Mapping[str, str]:
    """The trusted documents by their ids, each of them valid; `documents` keeps them read.

    Raises:
        UserError: the file is none of documents, or one of them does not fit the schema or the limits.
    """
    if settings.trusted_documents is None:
        return {}
    texts = load_trusted(settings.trusted_documents)
    if documents is None:
        schema = build_schema()._schema  # noqa: SLF001  # strawberry gives no public way to graphql-core's schema
        documents = Documents(schema, limits_of(settings))
    for name, text in texts.items():
        errors = documents.get(text).errors
        if errors:
            where = f"The document {name!r} in {settings.trusted_documents}"
            raise UserError(f"{where} cannot be answered: {errors[0].message}", cure=CURE)
    return texts


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The names of the operations in some valid documents."""
    nodes = (node for text in texts for node in parse(text).definitions)
    return frozenset(node.name.value for node in nodes if isinstance(node, OperationDefinitionNode) and node.name)
