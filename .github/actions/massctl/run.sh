#!/usr/bin/env bash
# Runs massctl with the lines of $ARGUMENTS, without the blank ones, and keeps its exit status; those in $ALLOW are no
# failure.
set -uo pipefail

# massctl works in the checkout, and no module comes from there.
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE

mapfile -t words < <(printf '%s\n' "$ARGUMENTS" | grep .)
printed="${OUTPUT:-$RUNNER_TEMP/massctl.out}"
mkdir -p "$(dirname "$printed")"

# In the background, so that a cancelled job reaches it: bash hands signals on only between commands.
if [ -n "$OUTPUT" ] || [ "$CAPTURE" = true ]; then
  "$RUNNER_TEMP/massctl/bin/massctl" "${words[@]}" > "$printed" &
else
  "$RUNNER_TEMP/massctl/bin/massctl" "${words[@]}" &
fi
child=$!
trap 'kill -TERM "$child" 2> /dev/null' INT TERM
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2> /dev/null || break
done

echo "status=$status" >> "$GITHUB_OUTPUT"
if [ "$CAPTURE" = true ]; then
  # A delimiter that no output can hold by chance or by intent.
  delimiter="end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  { echo "lines<<$delimiter"; cat "$printed"; echo "$delimiter"; } >> "$GITHUB_OUTPUT"
fi
case " $ALLOW " in
  *" $status "*) exit 0 ;;
  *) exit "$status" ;;
esac
