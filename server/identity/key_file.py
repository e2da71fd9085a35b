"""The file with the key pairs that sign the tokens of `c360 token`: a JWK set that only its owner may read."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key

from server.identity.key_ring import KeyRing, key_ring
from server.user_error import UserError

LONGEST_LIFE: Final = dt.timedelta(hours=24)
"""How long a token of ours may be good for."""

LOOK_SECONDS: Final = 1.0
MADE: Final = "c360_made"
"""The member of a key that says when it was made, in seconds since 1970."""

Clock = Callable[[], float]

log = structlog.stdlib.get_logger("server.identity")


class KeyFile:
    """The keys of the file, looked at anew when it has changed, at most once a second."""

    def __init__(self, path: Path, *, clock: Clock = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._ring = KeyRing()
        self._seen: tuple[int, int, int] | None = None
        self._looked = float("-inf")

    async def ring(self) -> KeyRing:
        """The keys as they are."""
        return self.known()

    async def renewed(self) -> KeyRing:
        """The keys as they are: a look at the file is all there is to do."""
        return self.known()

    def known(self) -> KeyRing:
        """The keys as they are. A file that cannot be read leaves those that were there; without a file none are."""
        if self._clock() - self._looked >= LOOK_SECONDS:
            self._looked = self._clock()
            self._look()
        return self._ring

    def _look(self) -> None:
        try:
            state = self._path.stat()
            seen = state.st_mtime_ns, state.st_size, state.st_ino
            if seen != self._seen:
                self._ring, self._seen = key_ring(_read(self._path)), seen
        except FileNotFoundError:
            self._ring, self._seen = KeyRing(), None
        except (OSError, ValueError) as error:
            log.warning("the keys of tokens cannot be read", file=str(self._path), error=str(error))


def signing_key(path: Path, now: dt.datetime, *, rotate: bool = False) -> Key:
    """The key that signs; made, with its file, where there is none yet. `rotate` makes a new one.

    Keys that may have signed a token that is still good stay in the file; older ones go.
    Raises UserError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path.parent):
            keys = _read(path) if path.exists() else []
            if rotate or not keys:
                keys = [_new(now), *_alive(keys, now)]
                _write(path, keys)
            key = ECKey.import_key(keys[0])
            if not key.is_private:
                raise ValueError("its first key cannot sign")
            return key
    except (JoseError, OSError, ValueError, TypeError) as error:
        raise UserError(
            f"{path} cannot be used: {error}", cure="mend or delete it, or set C360_TOKEN_KEYS_FILE to another place"
        ) from error


def is_private(path: Path) -> bool:
    """Whether nobody but the file's owner may read it."""
    return not path.stat().st_mode & 0o077


def _new(now: dt.datetime) -> dict[str, Any]:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return {**key.as_dict(private=True), MADE: int(now.timestamp())}


def _alive(keys: list[dict[str, Any]], now: dt.datetime) -> list[dict[str, Any]]:
    """The keys that signed within the longest life of a token: the newest, and each whose successor came after that."""
    since = (now - LONGEST_LIFE).timestamp()
    made = [float("inf"), *(float(key.get(MADE, 0)) for key in keys)]
    return [key for key, successor in zip(keys, made, strict=False) if successor >= since]


def _read(path: Path) -> list[dict[str, Any]]:
    """The keys of the file, the newest first. Raises OSError, ValueError."""
    document = json.loads(path.read_bytes())
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise ValueError("it is no JWK set")
    return keys


def _write(path: Path, keys: list[dict[str, Any]]) -> None:
    """Write the whole file, or nothing; only the owner can read it from its first byte on."""
    fresh = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    with open(fresh, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump({"keys": keys}, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else writes keys into this folder meanwhile."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
