#!/usr/bin/env bash
# Writes comment.md of a run onto a pull request: one comment, found again by its first line and replaced.
# Usage: comment.sh NUMBER FILE; needs GH_TOKEN and GITHUB_REPOSITORY.
set -euo pipefail
number=$1
file=$2

if [[ ! $number =~ ^[1-9][0-9]*$ ]]; then
  echo "The pull request is \"$number\"; it takes its number." >&2
  exit 2
fi
if [ ! -f "$file" ]; then
  echo "$file is not there: nothing is commented. The run ended before it could write one; see its log." >&2
  exit 1
fi

marker=$(head -n 1 "$file")
comments="repos/$GITHUB_REPOSITORY/issues/$number/comments"
# Only a comment of a bot is ours to replace: anybody may type the marker.
found=$(gh api --paginate "$comments" \
  --jq ".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id")
id=${found%%$'\n'*}
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$file" --silent
else
  gh api --method POST "$comments" --field "body=@$file" --silent
fi
