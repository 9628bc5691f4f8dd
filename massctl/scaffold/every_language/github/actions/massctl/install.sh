#!/usr/bin/env bash
# Installs massctl as $REQUIREMENTS says, once a job, away from the checkout.
set -euo pipefail

home="$RUNNER_TEMP/massctl"
[ -x "$home/bin/massctl" ] || {
  python -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check --no-input -r "$REQUIREMENTS"
}
