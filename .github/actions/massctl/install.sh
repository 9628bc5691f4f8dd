#!/usr/bin/env bash
# Installs massctl as $REQUIREMENTS says, once a job, away from the checkout: that may be a pull request's. Each Python is
# isolated (-I), so that no folder and no variable says which modules it finds.
set -euo pipefail

home="$RUNNER_TEMP/massctl"
listed="$(realpath "$REQUIREMENTS")"
# The checkout that this file is from, for requirements that name it. In a job that may write, that is not the pull request's.
checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)"
export MASSCTL_CHECKOUT="$checkout"
cd /
[ -x "$home/bin/massctl" ] || {
  python -I -m venv "$home"
  "$home/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input -r "$listed"
}
