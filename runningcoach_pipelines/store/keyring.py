"""The keys that encrypt what must be stored and must not be read: tokens. Rotation without a moment of loss.

Keys are Fernet keys (AES-128-CBC and HMAC-SHA256). The first encrypts, all decrypt. They come from the setting
`secret_keys`, or from a file of mode 0600 in the home that is made when it is first needed.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runningcoach_pipelines.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class SecretUnreadable(RuntimeError):
    """The keys cannot be used, or none of them decrypts: the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted secret and the id of its key."""

    data: bytes
    key_id: str


class Keyring:
    """Seals and opens secrets. Keys are read each time: a rotation holds at once in every process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def key_id(self) -> str:
        """Eight hex digits that tell the encrypting key from others and give nothing of it away."""
        return _key_id(self._keys()[0])

    def seal(self, secret: str) -> Sealed:
        keys = self._keys()
        return Sealed(_fernet(keys).encrypt(secret.encode()), _key_id(keys[0]))

    def open(self, sealed: Sealed) -> str:
        """Raises:
        SecretUnreadable: no key of ours opens it.
        """
        from cryptography.fernet import InvalidToken

        try:
            return _fernet(self._keys()).decrypt(sealed.data).decode()
        except InvalidToken:
            raise SecretUnreadable(
                f"a stored secret was encrypted with key {sealed.key_id}, which is not among {self._source()}: "
                "put that key back, or log in again"
            ) from None

    def reseal(self, sealed: Sealed) -> Sealed:
        """The same secret under the first key."""
        return self.seal(self.open(sealed))

    def add_key(self) -> None:
        """Put a new key in front of those in the file; with keys from the environment that is the caller's to do."""
        if self._settings.secret_keys is None:
            self._write([_new_key(), *self._keys()])

    def drop_old_keys(self) -> None:
        """Leave just the encrypting key in the file. Whatever is still sealed with another is lost."""
        if self._settings.secret_keys is None:
            self._write(self._keys()[:1])

    def _source(self) -> str:
        if self._settings.secret_keys is not None:
            return "RUNNINGCOACH_SECRET_KEYS"
        return str(self._settings.secret_keys_file)

    def _keys(self) -> list[bytes]:
        if self._settings.secret_keys is not None:
            return [key.strip().encode() for key in self._settings.secret_keys.get_secret_value().split(",")]
        file = self._settings.secret_keys_file
        try:
            keys = self._read()
        except FileNotFoundError:
            self._make_first()
            keys = self._read()
        except OSError as error:
            raise SecretUnreadable(f"the keys in {file} cannot be read: {error.strerror}") from error
        if not keys or not all(map(_is_key, keys)):
            raise SecretUnreadable(f"{file} holds no usable keys: restore it, or remove it and log in again")
        return keys

    def _read(self) -> list[bytes]:
        with self._settings.secret_keys_file.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise SecretUnreadable(
                    f"{file.name} can be read by others: `chmod 600` it, and if anybody may have, "
                    "run `runningcoach secrets rotate`"
                )
            return file.read().split()

    def _make_first(self) -> None:
        """Make the file, unless another process was faster."""
        file = self._settings.secret_keys_file
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
        _write_private(temporary, [_new_key()])
        try:
            os.link(temporary, file)
        except FileExistsError:
            return
        finally:
            temporary.unlink()

    def _write(self, keys: list[bytes]) -> None:
        file = self._settings.secret_keys_file
        temporary = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
        _write_private(temporary, keys)
        temporary.replace(file)


def new_key() -> str:
    """A key for the setting `secret_keys`."""
    return _new_key().decode()


def _new_key() -> bytes:
    from cryptography.fernet import Fernet

    return Fernet.generate_key()


def _is_key(text: bytes) -> bool:
    from cryptography.fernet import Fernet

    try:
        Fernet(text)
    except ValueError:
        return False
    return True


def _fernet(keys: list[bytes]) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet

    return MultiFernet([Fernet(key) for key in keys])


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]


def _write_private(path: Path, keys: list[bytes]) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(b"\n".join([*keys, b""]))
        file.flush()
        os.fsync(file.fileno())
