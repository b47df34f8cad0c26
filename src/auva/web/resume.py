"""Continue a page after a restart of the server: each proves to the other that it knows a key,
without sending it.

The cookie of a session is valid until its server ends. An open page still knows the key, which is
stored in the user's state folder, readable only by the user. The page first asks the server for its
proof, because another program may listen on the port by now. Then the page proves that it knows the
key and receives the cookie of the new session.
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
        """Return the server's id, its proof for the page's `nonce`, and a nonce for the page."""
        self._asked = secrets.token_hex(16)
        proof = self._proof("server", nonce + self._asked)
        return {"server": self.server, "nonce": self._asked, "proof": proof}

    def accept(self, nonce: str, proof: str) -> bool:
        """Return whether a page's proof for the last nonce is right; each nonce is valid once."""
        asked, self._asked = self._asked, ""
        known = bool(asked) and hmac.compare_digest(asked, nonce)
        return known and hmac.compare_digest(self._proof("page", asked), proof)

    def _proof(self, who: str, nonce: str) -> str:
        return hmac.new(bytes.fromhex(self.key), f"{who}:{nonce}".encode(), "sha256").hexdigest()


def resume_key(port: int, sheet: Path) -> str:
    """Return the key of the server of a sheet on a port, the same after a restart.

    If the key cannot be stored, each start has a new key, and open pages cannot continue.
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
    """Return the preferred port of the server of a sheet, the same at each start.

    It is one of the unassigned ports (49152 to 65535). A page can find a restarted server there.
    """
    text = f"{os.geteuid()}:{sheet.resolve()}:{annotator}"
    return 49152 + int(hashlib.sha256(text.encode()).hexdigest(), 16) % 16384
