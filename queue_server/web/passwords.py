"""Passwords of staff, as argon2id. One takes about a tenth of a second: never on the hub."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200

# One lane, so that a row of sign-ins leaves a core to everybody else.
HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)


def hashed(password: str) -> str:
    return HASHER.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. Without a hash it takes as long and is not, so that names cannot be guessed."""
    try:
        return HASHER.verify(password_hash or of_nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def of_nobody() -> str:
    return hashed("somebody's, but nobody's here")
