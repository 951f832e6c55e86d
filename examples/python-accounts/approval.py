"""Verifies again what a user approved, by the evidence a Holdfast gateway hands on (docs/protocol.md 9.6).

Copy it into your backend and install `cryptography`. Keep the field and the statement with the transfer: both can be verified years
later. Whose keys they are is the service's word; a backend that writes down the key of a device when it first sees it, and looks at
`key` below, need not believe that word a second time.
"""

import base64
import hashlib
import hmac
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

STRENGTH = ("presence", "passcode")


class NotApproved(Exception):
    """Nobody approved this request, or not as it stands here."""


def token_keys_of(statement, issuer, pins, now):
    """The token keys of a service, by `kid`.

    `statement`: what its /.well-known/holdfast answers. `pins`: the service keys `holdfast keys` prints. `now`: seconds, or None when
    the evidence is old and so is the statement kept with it.
    """
    header, payload, is_signed_by = _read_jws(statement, "hf-statement+jwt")
    key = header.get("jwk")
    if not isinstance(key, dict) or _thumbprint(key) not in pins or not is_signed_by(key):
        raise NotApproved("the statement is not signed by a service key")
    if payload["iss"] != issuer or (now is not None and now >= payload["exp"]):
        raise NotApproved("the statement is of another service, or too old")
    return {entry["kid"]: entry["jwk"] for entry in payload["keys"]}


def check_approval(field, request, token_keys, now):
    """`request`: issuer, method, uri (the public origin and path), user, body (bytes), and for passkeys origins and rp_id.

    Returns approval, acr and key, the name of the key that signed. Raises NotApproved.
    """
    try:
        return _check(json.loads(_decode(field or "")), request, token_keys, now)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as cause:
        raise NotApproved("the evidence cannot be read") from cause


def _check(evidence, request, token_keys, now):
    header, asked, is_signed_by = _read_jws(evidence["challenge"], "hf-challenge+jwt")
    token_key = token_keys.get(header.get("kid"))
    if token_key is None or not is_signed_by(token_key):
        raise NotApproved("the service did not ask for this")
    _check_asked(asked, request, now)
    kind = evidence["kind"]
    # Of a passkey there is the signing input alone: what it signs is its digest.
    text = evidence["evidence"] + ("." if kind == "passkey" else "")
    said_header, said, is_said_by = _read_jws(text, "hf-approval+jwt")
    same = (
        said["iss"] == asked["iss"]
        and said["approval"] == asked["jti"]
        and said["shown"] == asked["shown"]
        and said["challenge"] == _digest(evidence["challenge"].encode())
        and STRENGTH.index(said["acr"]) >= STRENGTH.index(asked["acr"])
    )
    if not same:
        raise NotApproved("what was signed is not what was asked")
    if kind == "passkey":
        if said["acr"] != "presence":
            raise NotApproved("a passkey proves presence")
        key = _check_passkey(evidence, asked, request)
        return {"approval": asked["jti"], "acr": said["acr"], "key": key}
    key = _thumbprint(evidence["jwk"])
    expected = asked["device_key"] if kind == "passcode" else asked.get("presence_key")
    fits = (kind == "passcode") == (said["acr"] == "passcode") and said_header.get("kid") == key
    if key != expected or not fits or not is_said_by(evidence["jwk"]):
        raise NotApproved("no key of this device signed it")
    return {"approval": asked["jti"], "acr": said["acr"], "key": key}


def _check_asked(asked, request, now):
    same = (
        asked["iss"] == request["issuer"]
        and asked["method"] == request["method"]
        and asked["uri"] == request["uri"]
        and asked["sub"] == request["user"]
        and asked["body"] == _digest(request["body"])
    )
    if not same:
        raise NotApproved("another request was approved")
    # A held request is carried out later than its challenge ends: when, the service decides.
    if now is not None and asked["iat"] > now + 60:
        raise NotApproved("it is from the future")


def _check_passkey(evidence, asked, request):
    """WebAuthn Level 3 section 7.2, as far as evidence goes."""
    data = _decode(evidence["authenticator_data"])
    client = _decode(evidence["client_data"])
    cose = _decode(evidence["key"])
    said = json.loads(client)
    name = _digest(cose)
    right = (
        name == asked.get("presence_key")
        and said["type"] == "webauthn.get"
        and said["challenge"] == _digest(evidence["evidence"].encode())
        and said["origin"] in request["origins"]
        and said.get("crossOrigin", False) is False
        and len(data) >= 37
        and hmac.compare_digest(data[:32], hashlib.sha256(request["rp_id"].encode()).digest())
        # Bits 0 and 2: the user was there, and was verified.
        and data[32] & 0b101 == 0b101
    )
    signed = data + hashlib.sha256(client).digest()
    if not right or not _verify_cose(cose, signed, _decode(evidence["signature"])):
        raise NotApproved("the passkey did not sign it")
    return name


def _verify_cose(cose, signed, signature):
    """ES256 and RS256 in the one encoding CTAP2 allows (canonical CBOR)."""
    es256 = re.fullmatch(r"a5010203262001215820([0-9a-f]{64})225820([0-9a-f]{64})", cose.hex())
    rs256 = re.fullmatch(r"a401030339010020590([12])00([0-9a-f]+)2143([0-9a-f]{6})", cose.hex())
    try:
        if es256:
            point = ec.EllipticCurvePublicNumbers(int(es256[1], 16), int(es256[2], 16), ec.SECP256R1())
            point.public_key().verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        elif rs256 and len(rs256[2]) == int(rs256[1]) * 512:
            key = rsa.RSAPublicNumbers(int(rs256[3], 16), int(rs256[2], 16)).public_key()
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _read_jws(text, kind):
    """A compact JWS of one type, signed with ES256; nobody is believed yet."""
    parts = text.split(".")
    if len(parts) != 3:
        raise NotApproved(f"not a {kind}")
    header, payload = (json.loads(_decode(part)) for part in parts[:2])
    if header.get("alg") != "ES256" or header.get("typ") != kind:
        raise NotApproved(f"not a {kind}")
    signed = ".".join(parts[:2]).encode()
    signature = _decode(parts[2])

    def is_signed_by(jwk):
        if len(signature) != 64 or jwk["kty"] != "EC" or jwk["crv"] != "P-256":
            return False
        x, y = (int.from_bytes(_decode(jwk[name]), "big") for name in ("x", "y"))
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        try:
            key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    return header, payload, is_signed_by


def _thumbprint(jwk):
    """RFC 7638, of a P-256 key."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return _digest(json.dumps(members, separators=(",", ":")).encode())


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _decode(text):
    """Canonical base64url without padding."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise ValueError("not base64url")
    return data
