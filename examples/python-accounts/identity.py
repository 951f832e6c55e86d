"""Checks the identity a Holdfast gateway forwards (docs/protocol.md 7). Standard library only; copy it into your backend.

The gateway signs method, target, body digest, the Holdfast-* fields and those its route names, with hmac-sha256 in the
form of RFC 9421. A backend believes them only when the signature is right, made for it, young, and not seen before.
"""

import base64
import hashlib
import hmac
import re
import threading
from urllib.parse import unquote

WINDOW_SECONDS = 60
COVERED = (
    "content-digest",
    "content-type",
    "holdfast-user",
    "holdfast-device",
    "holdfast-session",
    "holdfast-acr",
    "holdfast-auth-time",
    "holdfast-cooling-until",
    "holdfast-audience",
    "idempotency-key",
    "holdfast-approval",
    "holdfast-reply-key",
)
# The whole field in its one canonical form; nothing else is read.
INPUT = re.compile(
    r'hf=(\("@method" "@request-target"((?: "[!#$%&\x27*+.^`|~0-9a-z-]+")*)\);created=(\d{1,10});nonce="([A-Za-z0-9_-]{22})"'
    r';keyid="([A-Za-z0-9._-]{1,64})";alg="hmac-sha256";tag="holdfast-forward")',
    re.ASCII,
)
SIGNATURE = re.compile(r"hf=:([A-Za-z0-9+/]{43}=):")


class Refused(Exception):
    """The request does not come from the gateway, or not as it was sent."""


class IdentityChecker:
    def __init__(self, name, secret, fields=()):
        """`name`: this backend's name in the gateway's configuration. `secret`: bytes, at least 32.

        `fields`: further fields the backend believes, in lower case, as in `fields` of the gateway's routes. Where one is
        present it must be signed, or somebody added it on the way.
        """
        if len(secret) < 32:
            raise ValueError("the secret must have at least 32 bytes")
        self._name = name
        self._key = secret
        self._fields = tuple(fields)
        self._lock = threading.Lock()
        self._seen = set()
        self._seen_before = set()
        self._seen_since = 0

    def check(self, method, target, headers, body, now):
        """The user who asks. `headers` is an email.message.Message, as http.server gives. Raises Refused."""
        found = INPUT.fullmatch(only(headers, "signature-input") or "")
        sent = SIGNATURE.fullmatch(only(headers, "signature") or "")
        if found is None or sent is None:
            raise Refused("the request is not signed by the gateway")
        parameters, listed, created, nonce, keyid = found.groups()
        names = re.findall('[^" ]+', listed)
        fields = {name: only(headers, name) for name in (*COVERED, *self._fields, *names)}
        if keyid != self._name or not self._covers(names, fields):
            raise Refused("the signature does not cover this request")
        base = "\n".join(
            [f'"@method": {method}', f'"@request-target": {target}']
            + [f'"{name}": {fields[name]}' for name in names]
            + [f'"@signature-params": {parameters}']
        )
        expected = hmac.new(self._key, base.encode("latin-1"), hashlib.sha256).digest()
        if not hmac.compare_digest(expected, base64.b64decode(sent.group(1))):
            raise Refused("the signature is wrong")
        if fields["holdfast-audience"] != self._name:
            raise Refused("the request was signed for another backend")
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
        if fields["content-digest"] != f"sha-256=:{digest}:":
            raise Refused("the body is not the one that was signed")
        self._check_fresh(int(created), nonce, now)
        if fields["holdfast-user"] is None:
            raise Refused("nobody is named")
        return unquote(fields["holdfast-user"])

    def _covers(self, names, fields):
        """First the usual fields that are present, all of them and in order; then those of the route."""
        usual = [name for name in COVERED if fields[name] is not None]
        further = names[len(usual) :]
        return (
            names[: len(usual)] == usual
            and len(set(names)) == len(names)
            and all(fields[name] is not None and not name.startswith("holdfast-") for name in further)
            and all(name in names for name in self._fields if fields[name] is not None)
        )

    def _check_fresh(self, created, nonce, now):
        if abs(now - created) > WINDOW_SECONDS:
            raise Refused("the signature is too old")
        with self._lock:
            # Two generations: a nonce is kept for at least twice the window, and memory stays bounded.
            if now - self._seen_since > 2 * WINDOW_SECONDS:
                self._seen_before, self._seen, self._seen_since = self._seen, set(), now
            if nonce in self._seen or nonce in self._seen_before:
                raise Refused("the signature was used before")
            self._seen.add(nonce)


def only(headers, name):
    """The one value of a field, or None. A field that comes twice has no one meaning."""
    values = headers.get_all(name, [])
    if len(values) > 1:
        raise Refused("a field came twice")
    return values[0].strip() if values else None
