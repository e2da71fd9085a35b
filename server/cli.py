"""The command line `c360`. A command's module is loaded when it is run, so that one that is broken harms no other."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

from server.user_error import UserError


class Slot(NamedTuple):
    """Where a command's function, or a group of commands, is, and what it does in one line."""

    module: str
    function: str
    summary: str


COMMANDS = {
    "demo": Slot("server.commands.demo", "demo_command", "Make a database with real data, serve it, and show a view."),
    "serve": Slot("server.commands.serve", "serve_command", "Serve the GraphQL endpoint."),
    "token": Slot("server.commands.token", "token_command", "Print a token to ask with, as whatever role."),
    "keys": Slot("server.commands.keys", "key_commands", "Make, list and revoke the API keys of partners."),
    "migrate": Slot("server.commands.migrate", "migrate_command", "Bring the database's tables up to date."),
    "import": Slot("server.commands.import_data", "import_command", "Read a file of real data into the database."),
    "generate": Slot("server.commands.generate", "generate_command", "Fill the database with a large made-up world."),
    "log": Slot("server.commands.log", "log_commands", "Look at the event log, trim it, begin anew after a restore."),
    "graph": Slot("server.commands.graph", "graph_commands", "Look at the network's copy in Neo4j, rebuild it, draw."),
    "rules": Slot("server.commands.rules", "rules_commands", "Check, test, compare, try and publish rules; say why."),
    "decisions": Slot("server.commands.decisions", "decision_commands", "Look at decisions of rules, replay them."),
    "doctor": Slot("server.commands.doctor", "doctor_command", "Say what is wrong here, and how to mend it."),
    "settings": Slot("server.commands.settings", "settings_command", "Show every setting, its value and its meaning."),
    "schema": Slot("server.commands.schema", "schema_command", "Print the GraphQL schema, or check the stored one."),
    "access": Slot("server.commands.access", "access_command", "Print who may read which field."),
    "plan": Slot("server.commands.plan", "plan_command", "Show how an operation is answered: SQL, steps, cost."),
}

EPILOG = "Exit status: 0 done, 1 problems were found, 2 wrong use, 3 done in part (some rows were refused)."


class LazyCommands(TyperGroup):
    """Lists the commands by their summaries, and loads the one that is run."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order in which a newcomer meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """A command as the list of commands shows it."""
        del ctx
        slot = COMMANDS.get(cmd_name)
        return None if slot is None else TyperCommand(cmd_name, help=slot.summary)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is to run, loaded; a name that does not exist is refused as usual."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed if name is None else load(name), rest


def load(name: str) -> Any:
    """The command of this name, ready to run.

    Raises:
        UserError: something that the command needs cannot be imported.
    """
    slot = COMMANDS[name]
    try:
        found: Callable[..., Any] | typer.Typer = getattr(importlib.import_module(slot.module), slot.function)
    except (ImportError, AttributeError) as error:
        cure = "install customer360-api again" if name == "doctor" else "run `c360 doctor`, which says what is missing"
        raise UserError(f"`c360 {name}` cannot be loaded: {error}", cure=cure) from error
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich")
    alone.command(name, epilog=EPILOG)(found)
    return typer.main.get_command(alone)


app = typer.Typer(
    cls=LazyCommands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback(epilog=EPILOG)
def about() -> None:
    """The customer 360 view: one GraphQL endpoint that knows the whole of a customer.

    New here? `c360 demo` shows it on real data. Something wrong? `c360 doctor` says what.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit. What a person can mend is said in words; anything else is a traceback."""
    try:
        app(arguments, prog_name="c360")
    except UserError as error:
        stderr = Console(stderr=True, highlight=False, soft_wrap=True)
        stderr.print(f"[bold red]Error:[/] {escape(error.message)}")
        if error.cure:
            stderr.print(f"[bold]Cure:[/]  {escape(error.cure)}")
        sys.exit(error.exit_code)
