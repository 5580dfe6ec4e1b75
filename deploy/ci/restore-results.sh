#!/usr/bin/env bash
# Lays the history where the next run looks for it. Usage: restore-results.sh CHECKOUT GROUP
# CHECKOUT is the branch that keep-results.sh pushes to; where it is absent there were no nights yet.
set -euo pipefail
from="$1/history/$2"
into=reports/history
mkdir -p "$into"
if [ ! -d "$from" ]; then
  echo "There is no history of $2; this run can't tell what is new."
  exit 0
fi
cp -R "$from/." "$into/"
echo "Records of earlier runs of $2: $(find "$from" -path "*/[0-9][0-9]/*.json" | wc -l)"
