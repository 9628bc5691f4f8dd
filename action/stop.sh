#!/usr/bin/env bash
# Sets the brake: the commit that `massctl stop` makes, without files and without a parent; who, when and why are in its
# message. Nothing is installed for it. A brake that is on already stays as it is.
set -euo pipefail

python="$(command -v python3)"
typed() { "$python" -I -c 'import json, sys; print(" ".join((json.load(open(sys.argv[1]))["inputs"].get(sys.argv[2]) or "").split())[:900])' "$GITHUB_EVENT_PATH" "$1"; }
reason="$(typed reason)"
account="$(typed campaign)"
# What cannot be an account stops all.
[[ "$account" =~ ^[a-z0-9][a-z0-9_-]{0,31}$ ]] || account=""
branch="massctl-stop${account:+-$account}"
# No hook and no monitor of files of the checkout runs.
git() { command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c user.name=massctl -c user.email=massctl@localhost "$@"; }
commit=$({
  printf 'stop all sends\n\nStopped-by: %s\nStopped-at: %s\n' "$GITHUB_TRIGGERING_ACTOR" "$(date -u +%Y-%m-%dT%H:%M:%S+00:00)"
  [ -z "$reason" ] || printf 'Reason: %s\n' "$reason"
} | git commit-tree "$(git mktree < /dev/null)")
# A pattern names the branch exactly: git takes refs/heads/refs/heads/x for refs/heads/x where only the former is there.
git update-ref "refs/massctl/brake/$branch" "$commit"
git push --quiet origin 'refs/massctl/brake/*:refs/heads/*' || true
# What the remote says now decides. A branch below the name counts too: git keeps no massctl-stop beside it.
found="$(git ls-remote origin | awk -v of="refs/heads/$branch" '$2 == of || index($2, of "/") == 1')"
if [ -z "$found" ]; then
  echo "::error::the brake is not set: the remote has no branch $branch. Sends go on."
  exit 1
fi
printf 'the brake is set:\n%s\n' "$found"
