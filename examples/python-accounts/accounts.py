"""A small account service: Python 3, and `cryptography` for the card's PIN. It knows HTTP and its own customers' money.

Of Holdfast it knows two things: how to check who the gateway says is asking (identity.py), and how to tell a customer what the
gateway must not read (reply.py). Without the package `cryptography` it runs too, and tells no PIN. Run it behind the gateway:

    python3 accounts.py --port 9000 --secret-file secret
"""

import argparse
import json
import re
import secrets
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from identity import IdentityChecker, Refused

try:
    from reply import REPLY_TYPE, seal_reply
except ImportError as missing:
    seal_reply = None
    print(f"no card PINs: {missing} (Debian: python3-cryptography)", file=sys.stderr, flush=True)

MAX_BODY = 1_048_576


class Bank:
    """Accounts in whole cents. Every transfer is one step under one lock, so the books always balance."""

    def __init__(self):
        self._lock = threading.Lock()
        self._balances = {}
        self._transfers = []
        self._pins = {}

    def balance(self, user):
        with self._lock:
            return self._balances.setdefault(user, 100_000)

    def pin(self, user):
        with self._lock:
            return self._pins.setdefault(user, f"{secrets.randbelow(10_000):04}")

    def transfers(self, user):
        with self._lock:
            return [transfer for transfer in self._transfers if user in (transfer["from"], transfer["to"])]

    def transfer(self, user, to, cents, purpose):
        with self._lock:
            if self._balances.setdefault(user, 100_000) < cents:
                return None
            self._balances[user] -= cents
            self._balances[to] = self._balances.setdefault(to, 100_000) + cents
            entry = {"id": len(self._transfers) + 1, "from": user, "to": to, "cents": cents}
            if purpose is not None:
                entry["purpose"] = purpose
            self._transfers.append(entry)
            return entry


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Small answers leave at once instead of waiting for the peer's acknowledgement.
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path == "/public/rates":
            return self.answer(200, {"EUR/INR": "101.40"})
        user = self.identify(b"")
        if user is None:
            return None
        if self.path == "/accounts":
            return self.answer(200, {"user": user, "cents": self.server.bank.balance(user)})
        if self.path == "/transfers":
            return self.answer(200, {"transfers": self.server.bank.transfers(user)})
        if self.path == "/events":
            return self.stream(user)
        if self.path == "/card/pin":
            return self.send_pin(user)
        return self.answer(404, {"error": "not found"})

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if re.fullmatch("[0-9]{1,9}", length) is None or int(length) > MAX_BODY:
            self.close_connection = True
            return self.answer(413, {"error": "too large"})
        body = self.rfile.read(int(length))
        user = self.identify(body)
        if user is None:
            return None
        if self.path != "/transfers":
            return self.answer(404, {"error": "not found"})
        order = parse_order(body)
        if order is None:
            return self.answer(422, {"error": "to: a name, cents: a whole number above 0"})
        entry = self.server.bank.transfer(user, *order, self.headers["X-Purpose"])
        if entry is None:
            return self.answer(409, {"error": "not enough money"})
        return self.answer(201, entry)

    def not_allowed(self):
        self.close_connection = True
        self.answer(405, {"error": "not allowed"})

    do_HEAD = do_OPTIONS = do_PUT = do_PATCH = do_DELETE = not_allowed

    def identify(self, body):
        try:
            return self.server.checker.check(self.command, self.path, self.headers, body, time.time())
        except Refused as refusal:
            self.answer(403, {"error": str(refusal)})
            return None

    def send_pin(self, user):
        """The card's PIN, for the customer's app alone: to the key of this request, or not at all."""
        if seal_reply is None:
            return self.answer(501, {"error": "this backend cannot encrypt"})
        try:
            # Checked with the identity: what is here was signed by the app, then by the gateway.
            body = seal_reply(self.headers["Holdfast-Reply-Key"], self.server.bank.pin(user).encode())
        except ValueError:
            return self.answer(400, {"error": "a PIN takes a Holdfast-Reply-Key"})
        return self.send(200, REPLY_TYPE, body)

    def stream(self, user):
        """Server-sent events: the balance, three times."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for _ in range(3):
            event = compact({"cents": self.server.bank.balance(user)})
            self.wfile.write(f"data: {event}\n\n".encode())
            self.wfile.flush()

    def answer(self, status, value):
        self.send(status, "application/json", compact(value).encode())

    def send(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *args):
        """Quiet: the gateway logs."""


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def parse_order(body):
    """(to, cents), or None. bool is an int in Python, so it is refused by type."""
    try:
        order = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(order, dict) or set(order) != {"to", "cents"}:
        return None
    to, cents = order["to"], order["cents"]
    if not isinstance(to, str) or not 1 <= len(to) <= 64 or type(cents) is not int or not 0 < cents <= 10**12:
        return None
    return to, cents


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=9000, help="0 takes any free port")
    parser.add_argument("--secret-file", required=True, help="the secret shared with the gateway")
    parser.add_argument("--name", default="accounts", help="this backend's name in the gateway's configuration")
    options = parser.parse_args()
    with open(options.secret_file, "rb") as file:
        # The same bytes the gateway takes: the file less one final line break.
        checker = IdentityChecker(options.name, file.read().removesuffix(b"\n"), fields=["x-purpose"])
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    server.bank = Bank()
    server.checker = checker
    print(compact({"ready": True, "port": server.server_address[1]}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
