"""The life of a user with nothing but Python's own library."""

import json
import os
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

# [begin]
INSTANCE = f"{os.environ['SYNCANO_URL']}/instances/{os.environ['SYNCANO_INSTANCE']}"


def call(method: str, path: str, user_key: str = "", **body: str) -> Any:
    headers = {"X-API-KEY": os.environ["SYNCANO_API_KEY"]}
    if user_key:
        headers["X-USER-KEY"] = user_key
    if body:
        headers["Content-Type"] = "application/json"
    data = json.dumps(body).encode() if body else None
    with urlopen(Request(INSTANCE + path, data, headers, method=method)) as reply:
        return json.load(reply)


# [add]
ciri = call("POST", "/users/", username="ciri", password="lion cub of cintra")
print(ciri["id"], ciri["username"])

# [look]
print(call("GET", "/user/", ciri["user_key"])["groups"])

# [update]
path = f"/users/{ciri['id']}/"
fiona = call("PUT", path, ciri["user_key"], username="fiona", password="the white wolf")
print(fiona["id"], fiona["username"])

# [reset]
reset = call("POST", path + "reset_key/", fiona["user_key"])

# [old]
try:
    call("GET", "/user/", fiona["user_key"])
except HTTPError as refusal:
    print(refusal.code, json.load(refusal)["detail"])

# [new]
print(call("GET", "/user/", reset["user_key"])["username"])
