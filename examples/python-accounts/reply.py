"""Encrypts a secret to the one-time key of a request (docs/protocol.md 8.7). Copy it into your backend.

The gateway passes on what it cannot read, and nothing of the secret is in its logs or memory. That the key is the app's is
the gateway's word, though: who changes its code or holds its forward key can ask with a key of his own.

HPKE (RFC 9180), base mode, single shot, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM. Needs the package `cryptography` (Debian: python3-cryptography):
Python's standard library has neither X25519 nor AES.
"""

import base64
import hmac
import re

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

REPLY_TYPE = "application/holdfast-reply"
INFO = b"holdfast reply v1"
# 32 octets in base64url, in their one canonical form.
KEY = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
KEM = b"KEM\x00\x20"
HPKE = b"HPKE\x00\x20\x00\x01\x00\x02"


def seal_reply(key, secret):
    """The body of the answer, of type `application/holdfast-reply`.

    `key`: the field Holdfast-Reply-Key of a request whose identity was checked; `secret`: bytes. Raises ValueError when the key
    is none.
    """
    if KEY.fullmatch(key or "") is None:
        raise ValueError("not a reply key")
    recipient = base64.urlsafe_b64decode(key + "=")
    ephemeral = X25519PrivateKey.generate()
    enc = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    # Raises ValueError too, for a point nobody can agree with.
    agreed = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    # RFC 9180 section 4.1
    shared = expand(KEM, extract(KEM, b"", b"eae_prk", agreed), b"shared_secret", enc + recipient, 32)
    # RFC 9180 section 5.1, mode 0
    context = b"\x00" + extract(HPKE, b"", b"psk_id_hash", b"") + extract(HPKE, b"", b"info_hash", INFO)
    secret_key = extract(HPKE, shared, b"secret", b"")
    cipher = AESGCM(expand(HPKE, secret_key, b"key", context, 32))
    return enc + cipher.encrypt(expand(HPKE, secret_key, b"base_nonce", context, 12), secret, b"")


def extract(suite, salt, label, secret):
    """LabeledExtract of RFC 9180 section 4."""
    return hmac.digest(salt, b"HPKE-v1" + suite + label + secret, "sha256")


def expand(suite, key, label, info, length):
    """LabeledExpand of RFC 9180 section 4, for at most 32 octets: one block of HKDF."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\x01", "sha256")[:length]
