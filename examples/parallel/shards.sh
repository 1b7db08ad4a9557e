#!/usr/bin/env bash
# Shards by GNU parallel, on this machine or on others: shards.sh <photos> <out> [shards] [options of parallel...]
set -euo pipefail

photos=$1
out=$2
shards=${3:-8}

# Exit code 1 says that some photos failed, which are named; what else goes wrong with a shard is said by the merge.
seq "$shards" |
  parallel --will-cite --quote "${@:4}" thumbs "$photos" -o "$out" -w 1 --shard "{}/$shards" -q || true

thumbs merge "$out"/manifest-*-of-"$shards".jsonl -o "$out"
