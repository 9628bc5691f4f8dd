#!/usr/bin/env bash
# Installs the massctl of this commit, once a job, away from the checkout that the job stands in. Its libraries are those of
# requirements.txt here, each known by its digest; massctl itself is built from these files, and is fetched from nowhere.
set -euo pipefail

home="$RUNNER_TEMP/massctl"
source="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
[ ! -x "$home/bin/python" ] || exit 0
cd /
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE # what builds massctl is not isolated by -I
python -I -m venv "$home"
pip=("$home/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input)
"${pip[@]}" --require-hashes --only-binary :all: -r "$source/action/requirements.txt"
"${pip[@]}" --no-index --no-deps --no-build-isolation "$source"
