#!/usr/bin/env bash
# Ends a CI job as a run ended. Usage: verdict.sh EXIT_CODE [fail|warn]
# The second word says what an INCONCLUSIVE is: a failure under a title of its own, or a warning.
set -euo pipefail
code=${1-}
inconclusive=${2:-fail}

say() {
  if [ "${GITHUB_ACTIONS-}" = true ]; then
    printf '::%s title=%s::%s\n' "$1" "$2" "$3"
  else
    printf '%s: %s. %s\n' "$1" "$2" "$3"
  fi
}

case "$code" in
  0) echo 'GO' ;;
  1)
    say error NO-GO 'At least one promise is broken. The report of this job says which, and how to ask again.'
    exit 1
    ;;
  2)
    say error configuration 'Options or configuration are wrong, nothing was sent. The log of the run says what to set.'
    exit 2
    ;;
  3)
    if [ "$inconclusive" = warn ]; then
      say warning INCONCLUSIVE 'Neither good nor bad is proven. The report of this job says what to do next.'
      exit 0
    fi
    say error INCONCLUSIVE 'Neither good nor bad is proven. The report of this job says what to do next.'
    exit 3
    ;;
  130)
    say error interrupted 'The run was interrupted. What was done until then is in the report.'
    exit 130
    ;;
  *)
    say error 'no verdict' "The run ended with code \"$code\" and left no verdict; see its log."
    exit 1
    ;;
esac
