#!/usr/bin/env bash
# The life of a user with curl (7.76 or newer) and jq.
set -euo pipefail

# [begin]
instance="$SYNCANO_URL/instances/$SYNCANO_INSTANCE"

# [add]
added=$(curl -sS --fail-with-body "$instance/users/" \
  -H "X-API-KEY: $SYNCANO_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{"username": "ciri", "password": "lion cub of cintra"}')
user_id=$(jq .id <<< "$added")
user_key=$(jq -r .user_key <<< "$added")
jq '{id, username}' <<< "$added"

# [look]
curl -sS --fail-with-body "$instance/user/" \
  -H "X-API-KEY: $SYNCANO_API_KEY" \
  -H "X-USER-KEY: $user_key" | jq '{id, username, groups}'

# [update]
curl -sS --fail-with-body -X PUT "$instance/users/$user_id/" \
  -H "X-API-KEY: $SYNCANO_API_KEY" \
  -H "X-USER-KEY: $user_key" \
  -H "Content-Type: application/json" \
  -d '{"username": "fiona", "password": "the white wolf"}' | jq '{id, username}'

# [reset]
reset=$(curl -sS --fail-with-body -X POST "$instance/users/$user_id/reset_key/" \
  -H "X-API-KEY: $SYNCANO_API_KEY" \
  -H "X-USER-KEY: $user_key")
new_key=$(jq -r .user_key <<< "$reset")

# [old]
curl -sS -w '\n%{http_code}\n' "$instance/user/" \
  -H "X-API-KEY: $SYNCANO_API_KEY" \
  -H "X-USER-KEY: $user_key"
curl -sS --fail-with-body "$instance/user/" \
  -H "X-API-KEY: $SYNCANO_API_KEY" \
  -H "X-USER-KEY: $new_key" | jq '{id, username}'

# [wait]
curl -sS --fail-with-body --retry 5 "$instance/user/" \
  -H "X-API-KEY: $SYNCANO_API_KEY" \
  -H "X-USER-KEY: $new_key" | jq .username
