#!/usr/bin/env bash
# Ends with 1 when the history in a folder has no night that was judged within 36 hours. Usage: watchdog.sh FOLDER
set -euo pipefail
history=$1

code=0
said=$(node --import tsx cli.ts history --history "$history" --check) || code=$?
printf '%s\n' "$said"
case "$code" in
  0) exit 0 ;;
  3)
    what="${said%%$'\n'*} See whether the schedule of the nightly is switched on, and what its last jobs say."
    if [ "${GITHUB_ACTIONS-}" = true ]; then printf '::error title=no night was judged::%s\n' "$what"; fi
    exit 1
    ;;
  *)
    echo "The history could not be read; see above." >&2
    exit 1
    ;;
esac
