#!/usr/bin/env bash
# Sets the brake: the commit that `massctl stop` makes, without files and without a parent; who, when and why are in its
# message. Nothing is installed for it. A brake that is on already stays as it is.
set -euo pipefail

python="$(command -v python3)"
reason="$("$python" -I -c 'import json, sys; print(" ".join((json.load(open(sys.argv[1]))["inputs"].get("reason") or "").split())[:900])' "$GITHUB_EVENT_PATH")"
commit=$({
  printf 'stop all sends\n\nStopped-by: %s\nStopped-at: %s\n' "$GITHUB_TRIGGERING_ACTOR" "$(date -u +%Y-%m-%dT%H:%M:%S+00:00)"
  [ -z "$reason" ] || printf 'Reason: %s\n' "$reason"
} | git -c user.name=massctl -c user.email=massctl@localhost commit-tree "$(git mktree < /dev/null)")
git push --quiet origin "$commit:refs/heads/massctl-stop" || git ls-remote --exit-code origin refs/heads/massctl-stop
