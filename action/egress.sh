#!/usr/bin/env bash
# Opens a SOCKS proxy on 127.0.0.1:1080 that goes out at the EGRESS_HOST of $MASSCTL_SECRETS, for the rest of the job;
# docs/guides/fixed-address.md, way 3. Without that line it does nothing.
set -euo pipefail
export -n MASSCTL_SECRETS EGRESS_KEY GITHUB_TOKEN # known to this script alone: ssh stays for the rest of the job

of() { printf '%s\n' "${MASSCTL_SECRETS:-}" | sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" | tail -n 1 | tr -d '\r'; }
host="$(of EGRESS_HOST)"
[ -n "$host" ] || exit 0

umask 077
trap 'rm -f "$RUNNER_TEMP/egress.key"' EXIT # also where ssh gets no connection
rm -f "$RUNNER_TEMP/egress.key" # one of an earlier job may be open to others
printf '%s\n' "${EGRESS_KEY:-}" > "$RUNNER_TEMP/egress.key"
of EGRESS_KNOWN_HOSTS > "$RUNNER_TEMP/egress.hosts"
# What stays in the background holds nothing that the job waits for.
ssh -f -N -D 127.0.0.1:1080 -i "$RUNNER_TEMP/egress.key" \
  -o BatchMode=yes -o ConnectTimeout=20 -o ExitOnForwardFailure=yes -o IdentitiesOnly=yes \
  -o ServerAliveInterval=15 -o StrictHostKeyChecking=yes -o "UserKnownHostsFile=$RUNNER_TEMP/egress.hosts" -- "$host" \
  < /dev/null > "$RUNNER_TEMP/egress.log" 2>&1 || { cat "$RUNNER_TEMP/egress.log" >&2; exit 1; }
