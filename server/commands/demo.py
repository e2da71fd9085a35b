"""`c360 demo`: real data, a server on it, and the whole view of one customer."""

from __future__ import annotations

import asyncio
import socket
import threading
from functools import partial
from pathlib import Path
from typing import Annotated

import orjson
import typer
import uvicorn
from rich.console import Console

from server.app import Application
from server.asking import ask, wait_until_ready
from server.commands.import_data import shown_progress
from server.demo import is_prepared, keys_of, no_bars, prepare, signing, url_of
from server.graphiql.page import Example, examples, page
from server.listening import address_of, bound_socket, run, server_for
from server.logs import configure_logging
from server.settings import Settings, load_settings
from server.user_error import UserError

HOST = "127.0.0.1"

PathOption = Annotated[Path, typer.Option(help="Where the demonstration's database lives.", dir_okay=False)]
Port = Annotated[int, typer.Option(help="Port to serve on; 0 takes any free one.", min=0, max=65535)]
NoServe = Annotated[bool, typer.Option("--no-serve", help="Only make the database.")]
Once = Annotated[bool, typer.Option("--once", help="Serve, print the view, and stop.")]


def demo_command(
    *, path: PathOption = Path("var/demo.db"), port: Port = 8360, no_serve: NoServe = False, once: Once = False
) -> None:
    """Make a database with real data, serve it to this machine, and print the whole view of one customer.

    Then open the printed address in a browser: GraphiQL is there, with an example for each kind of user. A second start
    takes the database that is there; delete its file to begin anew. Ctrl-C ends it.
    """
    settings = load_settings(
        database_url=url_of(path),
        host=HOST,
        port=port,
        environment="development",
        log_level="warning",
        token_keys_file=keys_of(path),
        accept_own_tokens=True,
        grading_seconds=0,  # the grades are as of the data's own time
        acting_seconds=0,  # and so are the duties
    )
    configure_logging(settings)
    if no_serve:
        _prepare(settings, path)
        return
    with bound_socket(HOST, port) as bound:
        _prepare(settings, path)
        Demonstration(settings, bound, once=once).run()


def _prepare(settings: Settings, path: Path) -> None:
    if is_prepared(path):
        typer.echo(f"The data is there already: {path}", err=True)
        return
    typer.echo(f"Making {path} from the real data that is shipped:", err=True)
    console = Console(stderr=True)
    bars = partial(shown_progress, console) if console.is_terminal else no_bars
    asyncio.run(prepare(path, settings, lambda words: typer.echo(f"  {words}", err=True), bars))


class Demonstration:
    """A server in this thread, and one in another who asks it when it answers."""

    def __init__(self, settings: Settings, bound: socket.socket, *, once: bool) -> None:
        self._keys_file = settings.token_keys_file
        self._sign = signing(self._keys_file)
        application = Application(settings, page=partial(page, self._sign), freeze=True)
        self._server: uvicorn.Server = server_for(application, access_log=False)
        self._bound = bound
        self._once = once
        self._failure: UserError | None = None
        self._ended = threading.Event()

    def run(self) -> None:
        """Serve until a signal comes, or with `once` until the view is printed.

        Raises:
            UserError: the view could not be shown.
        """
        asker = threading.Thread(target=self._ask, daemon=True)
        asker.start()
        try:
            run(self._server, self._bound)
        finally:
            self._ended.set()
            asker.join()
        if self._failure is not None:
            raise self._failure

    def _ask(self) -> None:
        url = address_of(self._bound)
        try:
            wait_until_ready(url, lambda: not self._ended.is_set())
            example = examples()[0]
            _show(url, example, self._sign(example.bearer))
            typer.echo(f"A token: C360_TOKEN_KEYS_FILE={self._keys_file} c360 token --role manager", err=True)
        except UserError as error:
            self._failure = error
        finally:
            if self._once or self._failure is not None:
                self._server.should_exit = True


def _show(url: str, example: Example, token: str) -> None:
    """Print the question's answer, and where to go on."""
    answer = ask(url, example, token)
    typer.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    if "errors" in answer:
        raise UserError("The example was not answered as it should be", cure="run `c360 doctor`")
    code = example.variables["code"]
    typer.echo(f"\nThis is customer {code}. Open {url}/graphql in a browser (Ctrl-C ends it).", err=True)
