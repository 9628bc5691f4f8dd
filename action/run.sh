#!/usr/bin/env bash
# Carries out $STEP with the massctl of this commit, in the checkout that the job stands in. massctl takes the place of this
# process, so that a cancelled job reaches it.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
case "$STEP" in
  stop) exec bash "$here/stop.sh" ;;
  review) words=(review "$RUNNER_TEMP/review" --pictures "$RUNNER_TEMP/pictures") ;;
  comment) words=(comment "$RUNNER_TEMP/review") ;;
  gate | send) words=("$STEP") ;;
  comment-stop) words=(stop) ;;
  doctor) words=(send --doctor) ;;
  order) words=(order "$LOOKED") ;;
  freeze) read -ra names <<< "$AUDIENCES" && words=(freeze -- "${names[@]}") ;;
  *) echo "::error::there is no step $STEP" && exit 2 ;;
esac

# No module comes from the checkout, and no variable says where one is.
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE
env -u MASSCTL_SECRETS -u EGRESS_KEY -u GITHUB_TOKEN bash "$here/install.sh" # it needs none
bash "$here/egress.sh"
unset EGRESS_KEY
exec "$RUNNER_TEMP/massctl/bin/python" -I -m massctl ci "${words[@]}"
