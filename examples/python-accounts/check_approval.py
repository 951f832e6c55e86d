"""One check for each line of standard input, as JSON; one line of answer each. For trying the evidence of a transfer by hand."""

import base64
import json
import sys

from approval import NotApproved, check_approval, token_keys_of


def answer(asked):
    request = dict(asked["request"], body=base64.b64decode(asked["request"]["body"]))
    try:
        keys = token_keys_of(asked["statement"], request["issuer"], asked["pins"], asked["now"])
        return check_approval(asked["field"], request, keys, asked["now"])
    except NotApproved as refusal:
        return {"refused": str(refusal)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
