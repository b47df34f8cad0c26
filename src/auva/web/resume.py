"""Letting a page go on after the server was started again: each proves to the other that it knows
a key, and neither sends it.

The cookie of a session ends with its server. A page that is open then still knows the key, which
is kept in the user's state folder, readable by the user alone. It first makes the server prove
that it knows the key, because somebody else may listen on the port meanwhile, and then proves it
itself; the answer is the cookie of the new session.
"""

import hashlib
import hmac
import logging
import os
import secrets
from pathlib import Path

import platformdirs

log = logging.getLogger("auva.web")
_KEY_BYTES = 32


class Resume:
    """The key of one server, and the proofs made with it.

    Parameters
    ----------
    key : str
        Hexadecimal; see `resume_key`.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.server = secrets.token_hex(8)
        self._asked = ""

    def hello(self, nonce: str) -> dict[str, str]:
        """Return who this server is, its proof for the page's `nonce`, and a nonce for the page."""
        self._asked = secrets.token_hex(16)
        proof = self._proof("server", nonce + self._asked)
        return {"server": self.server, "nonce": self._asked, "proof": proof}

    def accept(self, nonce: str, proof: str) -> bool:
        """Return whether a page proves for the last nonce, once, that it knows the key."""
        asked, self._asked = self._asked, ""
        known = bool(asked) and hmac.compare_digest(asked, nonce)
        return known and hmac.compare_digest(self._proof("page", asked), proof)

    def _proof(self, who: str, nonce: str) -> str:
        return hmac.new(bytes.fromhex(self.key), f"{who}:{nonce}".encode(), "sha256").hexdigest()


def resume_key(port: int, sheet: Path) -> str:
    """Return the key of the server of a sheet on a port, the same after a restart.

    Without a folder for the key, each start has another key, and old pages cannot continue.
    """
    name = hashlib.sha256(f"{port}:{sheet.resolve()}".encode()).hexdigest()[:24]
    folder = platformdirs.user_state_path("auva") / "keys"
    made = secrets.token_hex(_KEY_BYTES)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / name
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as stream:
                stream.write(made)
        kept = path.read_text().strip()
        mine = path.stat().st_uid == os.geteuid() and not path.stat().st_mode & 0o077
        return kept if mine and len(bytes.fromhex(kept)) == _KEY_BYTES else made
    except (OSError, ValueError) as error:
        log.warning("open pages cannot continue after a restart: %s", error)
        return made


def usual_port(sheet: Path, annotator: str) -> int:
    """Return the port that the server of a sheet takes where it is free, the same at each start.

    One of the ports that are nobody's (49152 to 65535), so that a page finds the server again.
    """
    text = f"{os.geteuid()}:{sheet.resolve()}:{annotator}"
    return 49152 + int(hashlib.sha256(text.encode()).hexdigest(), 16) % 16384
