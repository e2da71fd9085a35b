"""The way from a mutation's input to its command, and back to its payload: one for all mutations."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, TypeVar, cast

import strawberry
from strawberry.utils.str_converters import to_camel_case

from resolvers.commands import Command, run
from resolvers.drafts import D, FieldRule, field_rules
from resolvers.global_id import BadGlobalId, decode
from resolvers.problems import MEANING, Code, Problem, Refused, refuse_any
from resolvers.reading import Context

KEY: Final = (
    "Any text of your own, at most 200 characters. A request that is sent again with the same key within 24 hours "
    "changes nothing again and gets the same answer."
)
VERSION: Final = "The version that you saw: if someone changed the record since, nothing happens and you are told."
ERRORS: Final = "Why nothing was changed; empty when all went well."


Info = strawberry.Info[Context, None]


class Input(Protocol):
    """What every mutation takes besides the fields of its draft."""

    @property
    def idempotency_key(self) -> str | None:
        """The client's key, unset when there is none."""
        ...


class Failure(Protocol):
    """One of a mutation's errors, as it is made."""

    def __call__(self, *, code: Any, field: str | None, message: str) -> Any:
        """Make it."""
        ...


P_co = TypeVar("P_co", covariant=True)


class Answer(Protocol[P_co]):
    """A mutation's payload, as it is made: which record to read back, or why there is none."""

    def __call__(self, *, changed_id: uuid.UUID | None, errors: list[Any]) -> P_co:
        """Make it."""
        ...


@strawberry.type(description="A reason why a mutation changed nothing.")
class MutationError:
    """What the errors of all mutations have; each mutation adds a code of its own enum."""

    field: str | None = strawberry.field(
        description="Which value it is about, such as `input.name`; not set when it is about the whole."
    )
    message: str = strawberry.field(description="A sentence for people, in English.")


def required(description: str) -> Any:
    """A field of an input that must be given."""
    return strawberry.field(description=description)


def optional(description: str, default: object = strawberry.UNSET) -> Any:
    """A field of an input that may be left out; of an update it stays as it is then."""
    return strawberry.field(description=description, default=default)


def key() -> Any:
    """The idempotency key of an input."""
    return optional(KEY)


def version() -> Any:
    """The version of an update."""
    return optional(VERSION)


def mutation(resolver: Callable[..., Awaitable[P_co]], description: str) -> P_co:
    """An entry that this function answers."""
    return cast("P_co", strawberry.mutation(resolver, description=description))


def expose_codes(*codes: type[enum.StrEnum]) -> None:
    """Make the codes of commands enums of the schema, each value with its meaning."""
    for members in codes:
        made = cast("Any", strawberry.enum(members, description=members.__doc__)).__strawberry_definition__
        for value in made.values:
            value.description = MEANING[Code(value.name)]


async def perform(info: Info, command: Command[D], given: Input, answer: Answer[P_co], failure: Failure) -> P_co:
    """Do a command with what the client gave. Refusals become errors of the payload; anything else is raised."""
    context = info.context
    once = None if given.idempotency_key is strawberry.UNSET else given.idempotency_key
    try:
        draft = draft_of(command, given)
        changed_id = await run(context.database, context.subject, context.now, command, draft, idempotency_key=once)
    except Refused as refused:
        errors = [_told(failure, problem) for problem in refused.problems]
        return answer(changed_id=None, errors=errors)
    return answer(changed_id=changed_id, errors=[])


def _told(failure: Failure, problem: Problem) -> Any:
    """An error of the payload; only those of rule files can say what is wrong inside."""
    more: dict[str, Any] = {"problems": list(problem.slips)} if problem.slips else {}
    return failure(code=problem.code, field=_path(problem.field), message=problem.message, **more)


def draft_of(command: Command[D], given: object) -> D:
    """The command's draft from the input's fields of the same names. Raises Refused (BAD_ID)."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for rule in field_rules(command.draft):
        value = getattr(given, rule.name)
        if value is not strawberry.UNSET:
            values[rule.name] = _converted(value, rule, command.codes, problems)
    refuse_any(problems)
    return command.draft(**values)


def _converted(value: Any, rule: FieldRule, codes: type[enum.StrEnum], problems: list[Problem]) -> Any:
    """A value as the draft has it: ids decoded, lists as tuples."""
    if isinstance(value, list):
        return tuple(_decoded(one, rule, f"{rule.name}.{n}", codes, problems) for n, one in enumerate(value))
    return _decoded(value, rule, rule.name, codes, problems)


def _decoded(value: Any, rule: FieldRule, field: str, codes: type[enum.StrEnum], problems: list[Problem]) -> Any:
    """The id behind a global id where the rule asks for one; anything else as it is."""
    if rule.types and value is not None:
        try:
            return decode(value, *rule.types)
        except BadGlobalId as bad:
            problems.append(Problem(codes(Code.BAD_ID.value), field, str(bad)))
    return value


def _path(field: str | None) -> str | None:
    """A field's name as the client wrote it: `tags.2` of a draft is `input.tags.2`."""
    return None if field is None else "input." + ".".join(to_camel_case(part) for part in field.split("."))
