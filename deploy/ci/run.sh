#!/usr/bin/env bash
# Runs a command of this tool in a CI job, and writes how it ended into a file instead of failing: the steps that save
# the report come first. Usage: run.sh CODE_FILE COMMAND [OPTION…]
set -euo pipefail
code_file=$1
shift

# A cancelled job signals this shell alone; the tool then has to stop the workflow runs that it started. The trap comes
# first: a signal that comes before the tool runs ends it as soon as it does.
tool=''
stopped=''
stop() {
  stopped=yes
  if [ -n "$tool" ]; then kill -TERM "$tool" 2>/dev/null || true; fi
}
trap stop INT TERM
node --import tsx cli.ts "$@" &
tool=$!
if [ -n "$stopped" ]; then stop; fi

code=0
wait "$tool" || code=$?
# A signal ends the wait and not the tool.
while kill -0 "$tool" 2>/dev/null; do
  code=0
  wait "$tool" || code=$?
done
printf 'code=%s\n' "$code" >>"$code_file"
