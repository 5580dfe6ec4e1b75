#!/usr/bin/env bash
# Keeps the record of a run on a branch of its own, for the next night on a machine that starts empty.
# Usage: keep-results.sh RUN_FOLDER GROUP [BRANCH]; GROUP is a folder on the branch, one for each environment.
set -euo pipefail
run=$1
group=$2
branch=${3:-harness-results}

if [ ! -d "$run/history" ]; then
  echo "$run has no history: nothing is kept. The run ended before it could write its record; see its log." >&2
  exit 1
fi
if [[ ! $group =~ ^[A-Za-z0-9_-]+$ ]]; then
  echo "The group is \"$group\"; it takes letters, digits, - and _." >&2
  exit 2
fi

name=$(basename "$run")
scratch=$(mktemp -d)
tree="$scratch/tree"
trap 'git worktree remove --force "$tree" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# The tip of the branch, or an empty tree where there is no such branch yet.
lay() {
  git worktree remove --force "$tree" 2>/dev/null || true
  git worktree prune
  if git fetch --quiet --no-tags --depth=1 origin "+refs/heads/$branch:refs/remotes/origin/$branch" 2>/dev/null; then
    git worktree add --quiet --detach "$tree" "refs/remotes/origin/$branch"
  elif git ls-remote --exit-code origin "refs/heads/$branch" >/dev/null; then
    return 1
  elif [ $? -eq 2 ]; then
    git worktree add --quiet --detach "$tree" HEAD
    git -C "$tree" checkout --quiet --orphan "$branch-$$"
    git -C "$tree" rm -r --quiet --force .
  else
    return 1
  fi
}

commit() {
  local folder="$tree/history/$group"
  mkdir -p "$folder"
  # A record is a file of its own and never rewritten, so that nights that end together do not touch each other's.
  while IFS= read -r record; do
    mkdir -p "$folder/$(dirname "$record")"
    if [ ! -e "$folder/$record" ]; then cp "$run/history/$record" "$folder/$record"; fi
  done < <(cd "$run/history" && find . -name '*.json')
  git -C "$tree" add --all --force history
  git -C "$tree" -c user.name='Workflow runs harness' -c user.email=harness@localhost \
    commit --quiet --allow-empty --message "Keep the record of $name"
}

# Another night may push between the fetch and the push: then the commit is made again on what it pushed.
for try in 1 2 3; do
  if lay && commit && git -C "$tree" push --quiet origin "HEAD:refs/heads/$branch"; then
    echo "$name is kept on $branch (try $try)."
    exit 0
  fi
  echo "Try $try to keep $name on $branch failed." >&2
done
echo "$name could not be kept on $branch in three tries; the verdict stands, the next night can't tell what is new." >&2
exit 1
