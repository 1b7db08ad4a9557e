#!/usr/bin/env bash
# Joins the manifests of all shards, and says which are missing or not complete.
#SBATCH --job-name=thumbs-merge
#SBATCH --output=thumbs-merge-%j.log
set -euo pipefail

: "${SHARDS:?the number of shards}" "${OUT:?the output folder}"

thumbs merge "$OUT"/manifest-*-of-"$SHARDS".jsonl -o "$OUT"
