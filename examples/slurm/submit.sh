#!/usr/bin/env bash
# Submits the shards, and the merge behind them: submit.sh <photos> <out> [shards]
set -euo pipefail

PHOTOS=$(realpath "$1")
OUT=$(realpath -m "$2")
SHARDS=${3:-8}
export PHOTOS OUT SHARDS
cd "$(dirname "$0")"

shards=$(sbatch --parsable --array="1-$SHARDS" shards.sh)
# Whatever became of them: the merge names those that are not complete.
merge=$(sbatch --parsable --dependency="afterany:$shards" merge.sh)
echo "shards: $shards, merge: $merge"
