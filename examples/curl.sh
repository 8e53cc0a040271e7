#!/usr/bin/env bash
# The whole HTTP API with curl: sign in, upload, wait, ask, usage, remove. Needs curl alone.
#   examples/curl.sh http://localhost:8000 acme ada@example.org paper.pdf "Who signed it?"
# The code is asked for, or read from the first line of standard input.
set -euo pipefail
url=$1 tenant=$2 email=$3 pdf=$4 question=$5

# A text value of a JSON reply, by its key; a real program has a JSON parser.
value() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/"; }
call() { curl --silent --show-error --fail-with-body "$@"; }

challenge=$(call "$url/v1/auth/request-code" -H "X-Tenant-ID: $tenant" --json "{\"email\":\"$email\"}" | value challengeId)
read -rp "The code that $email was sent: " code
token=$(call "$url/v1/auth/verify-code" --json "{\"challengeId\":\"$challenge\",\"code\":\"$code\"}" | value accessToken)
auth="Authorization: Bearer $token"

id=$(call "$url/v1/files" -H "$auth" -F "file=@$pdf;type=application/pdf" | sed -E 's/^\{"id":"([^"]*)".*/\1/')
status=queued
until [ "$status" = ready ]; do
  sleep 0.2
  status=$(call "$url/v1/files/$id" -H "$auth" | sed -E 's/.*"status":"([^"]*)".*/\1/')
  if [ "$status" = failed ]; then call "$url/v1/files/$id" -H "$auth"; exit 1; fi
done
call "$url/v1/files?status=ready&limit=5" -H "$auth"
echo

# The answer's events as they come; `requestId` makes the question safe to send again.
call --no-buffer "$url/v1/chat" -H "$auth" --json "{\"question\":\"$question\",\"fileIds\":[\"$id\"],\"requestId\":\"curl-$RANDOM$RANDOM\"}"

call "$url/v1/usage" -H "$auth"
echo
call "$url/v1/files/$id/content" -H "$auth" --output /dev/null --write-out 'downloaded %{size_download} bytes\n'
call -X DELETE "$url/v1/files/$id" -H "$auth"
echo
