#!/usr/bin/env bash
# Opens a SOCKS proxy on 127.0.0.1:1080 that goes out at $HOST, for the rest of the job.
set -euo pipefail

umask 077
trap 'rm -f "$RUNNER_TEMP/egress.key"' EXIT # also where ssh gets no connection
printf '%s\n' "$KEY" > "$RUNNER_TEMP/egress.key"
printf '%s\n' "$KNOWN_HOSTS" > "$RUNNER_TEMP/egress.hosts"
ssh -f -N -D 127.0.0.1:1080 -i "$RUNNER_TEMP/egress.key" \
  -o BatchMode=yes -o ConnectTimeout=20 -o ExitOnForwardFailure=yes -o IdentitiesOnly=yes \
  -o ServerAliveInterval=15 -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$RUNNER_TEMP/egress.hosts" -- "$HOST"
