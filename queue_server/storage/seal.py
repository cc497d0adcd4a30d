"""Personal data at rest: sealed with AES-256-GCM, found by a keyed hash; both keys come from the office's secret key.

Decided in `docs/decisions/0007-personal-data-at-rest.md`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from queue_server.domain.errors import Conflict
from queue_server.domain.person import Person

KEY_BYTES, NONCE_BYTES, KEY_ID_LENGTH = 32, 12, 16


class Seal:
    """`key_id` tells rows of this key from those of another and says nothing about it."""

    def __init__(self, secret_key: str) -> None:
        """`secret_key` is the setting: 64 hex digits."""
        secret = bytes.fromhex(secret_key)
        self._cipher = AESGCM(derived(secret, "seal"))
        self._hash_key = derived(secret, "hash")
        self.key_id = derived(secret, "name").hex()[:KEY_ID_LENGTH]

    def close(self, record_id: str, person: Person) -> str:
        """Sealed for this record alone: a text that was moved to another record does not open."""
        nonce = os.urandom(NONCE_BYTES)
        plain = json.dumps([person.nik, person.name, person.phone]).encode()
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, plain, record_id.encode())).decode()

    def open(self, record_id: str, sealed: str) -> Person:
        """Raises `Conflict` when it was sealed with another key or for another record."""
        content = base64.b64decode(sealed)
        try:
            plain = self._cipher.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], record_id.encode())
        except InvalidTag as failure:
            raise Conflict("other_key") from failure
        return Person(*json.loads(plain))

    def person_hash(self, nik: str, kind: str) -> str:
        """The same for the same person and kind of record; without the key nobody can try out NIKs."""
        return self._keyed([f"person {nik} {kind}".encode()])

    def file_hash(self, parts: Iterable[bytes]) -> str:
        """What a list is known by, so that it is imported once."""
        return self._keyed(parts)[:32]

    def _keyed(self, parts: Iterable[bytes]) -> str:
        made = hmac.new(self._hash_key, digestmod=hashlib.sha256)
        for part in parts:
            made.update(part)
        return made.hexdigest()


def derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"antrean backlog {purpose}".encode()).derive(secret)
