#!/usr/bin/env bash
# Lays the results of earlier nights where the next run looks for them. Usage: restore-results.sh CHECKOUT GROUP
# CHECKOUT is the branch that keep-results.sh pushes to; where it is absent there were no nights yet.
set -euo pipefail
from="$1/runs/$2"
into=reports/runs
mkdir -p "$into"
if [ ! -d "$from" ]; then
  echo "There are no earlier results of $2; this run can't tell what is new."
  exit 0
fi
cp -R "$from/." "$into/"
echo "Earlier results of $2: $(find "$from" -name result.json | wc -l)"
