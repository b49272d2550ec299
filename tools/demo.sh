#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job, end to end, in a scratch repository and the sandbox:  bash tools/demo.sh PATH/TO/terrace
# One release goes dev → staging → prod through two approvals; one that changes nothing but metadata follows without
# any; one that staging finds unhealthy is rolled back there and never reaches prod. Each command is shown with its
# exit code. What is not as expected is named, and the exit code is 1.
set -uo pipefail
if [ $# -lt 1 ] || [ ! -x "$1" ]; then echo "usage: bash tools/demo.sh PATH/TO/terrace" >&2; exit 2; fi
program=$(readlink -f "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

scratch=$(mktemp -d "${TMPDIR:-/tmp}/terrace-demo.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/home"
ln -s "$program" "$scratch/bin/terrace"

# Nothing of the caller's CI, cloud or Terraform settings may reach the demo.
for name in $(compgen -e); do
  case "$name" in
    CI | CI_* | GITHUB_* | GITLAB_* | AWS_* | TF_* | TERRACE_* | GIT_*) unset "$name" ;;
  esac
done
export HOME="$scratch/home" PATH="$scratch/bin:$PATH" LC_ALL=C.UTF-8 TERRACE_SANDBOX=1 NO_COLOR=1
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Demo GIT_AUTHOR_EMAIL=demo@example.invalid
export GIT_COMMITTER_NAME=Demo GIT_COMMITTER_EMAIL=demo@example.invalid

output="$scratch/output"
problems=0
title() { printf '\n### %s\n' "$*"; }
wrong() {
  printf '!!! %s\n' "$*"
  problems=$((problems + 1))
}
# run EXIT COMMAND…: the command, its output, its exit code, which must be EXIT.
run() {
  local expected=$1 code
  shift
  printf '\n$ %s\n' "$*"
  "$@" >"$output" 2>&1
  code=$?
  # Progress is left out, and of long plans the middle; everything is looked at all the same.
  grep -Ev ': (Refreshing state|Reading|Read complete|Creating|Creation complete|Modifying|Modifications complete|Destroying|Destruction complete)' "$output" >"$output.short"
  if [ "$(wc -l <"$output.short")" -gt 70 ]; then
    head -25 "$output.short"
    printf '    … %d lines …\n' "$(($(wc -l <"$output.short") - 55))"
    tail -30 "$output.short"
  else
    cat "$output.short"
  fi
  printf '[exit code %d]\n' "$code"
  if [ "$code" -ne "$expected" ]; then wrong "exit code $code, expected $expected"; fi
}
# shows TEXT: the last output has a line that matches the extended regular expression.
shows() { grep -Eq -- "$1" "$output" || wrong "the output does not show: $1"; }
hides() { if grep -Eq -- "$1" "$output"; then wrong "the output must not show: $1"; fi; }
# The one line of `status` about an environment.
line_of() { terrace status "$1" 2>/dev/null | head -1; }
commit() {
  git add -A
  git commit -q --allow-empty -m "$1"
  printf '\n$ git commit -m "%s"   → %s\n' "$1" "$(git rev-parse --short=12 HEAD)"
}

title "A project with three environments"
cp -r "$root/examples/multi-environment" "$scratch/myapp"
cd "$scratch/myapp" || exit 1
rm -rf .terrace
# Staging goes back by itself when it fails its checks, and nobody watching a demo waits a minute to see that.
sed -i -e 's/within = "60s"/within = "2s"/' \
  -e '/^environment "staging" {/a\  on_failed_verify = "rollback"' terrace.hcl
git init -q -b main .
commit "myapp: first release"
started=$(date +%s)
run 0 terrace init

title "The first release goes dev, staging, prod"
run 0 terrace deploy dev
shows 'Deployment 1 of dev is verified'
run 0 terrace promote dev staging
shows 'Deployment 2 of staging is verified'
run 3 terrace promote staging prod
shows 'Deployment 3 waits: .*platform-team.*security-team'
run 3 terrace approve 3 -as=alice
shows 'security-team'
run 0 terrace approve 3 -as=bob
shows 'Deployment 3 of prod is verified'

title "The second changes nothing but metadata: nobody is asked"
commit "docs: say more"
for step in "deploy dev" "promote dev staging" "promote staging prod"; do
  # shellcheck disable=SC2086
  run 0 terrace $step
  shows '0 to add, 0 to change, 0 to destroy'
  shows 'metadata update'
  hides 'waits:'
done

title "The third replaces the target group; staging finds it unhealthy and goes back"
sed -i '/^resource "aws_lb_target_group" "app" {/,/^}/ { s/-app"/-web"/; s/^  tags = var.tags$/  tags = var.tags\n\n  lifecycle {\n    create_before_destroy = true\n  }/ }' \
  modules/compute/main.tf
sed -i -E '/log_retention_days/ { s/= 90$/= 120/; s/= 30$/= 60/; s/= 14$/= 30/ }' infrastructure/locals.tf
run 0 terrace fmt -check -recursive
commit "compute: new target group, longer logs"
run 0 terrace deploy dev
shows '(must be replaced|replacement)'
run 0 terrace sandbox fault unhealthy=myapp-staging-web
before=$(line_of prod)
run 5 terrace promote dev staging
shows '(must be replaced|replacement)'
changed=$(grep -Eo '^Plan: [0-9]+ to add, [0-9]+ to change, [0-9]+ to destroy' "$output" | head -1)
read -r add change destroy <<<"$(grep -Eo '[0-9]+' <<<"$changed" | tr '\n' ' ')"
if [ "${add:-0}" -lt 1 ] || [ "${destroy:-0}" -lt 1 ] || [ $((${add:-0} + ${change:-0})) -lt 3 ]; then
  wrong "the third release should change three resources and replace one, the plan says: ${changed:-nothing}"
fi
shows 'check app: failed'
shows 'Rolling back staging'
if [ "$(line_of prod)" != "$before" ]; then wrong "prod was touched: \"$(line_of prod)\" was \"$before\""; fi

title "What is, what was, and that nobody edited it"
run 0 terrace status
shows '^dev .*verified'
shows '^staging .*verified'
shows '^prod .*verified'
run 0 terrace history
shows 'rolled_back'
run 0 terrace ledger verify

elapsed=$(($(date +%s) - started))
printf '\n%d seconds' "$elapsed"
if [ "$elapsed" -gt 30 ]; then wrong "the demo took $elapsed seconds, more than 30"; fi
if [ "$problems" -gt 0 ]; then
  printf '\n%d of the demo'\''s expectations failed\n' "$problems"
  exit 1
fi
printf ', everything as expected\n'
