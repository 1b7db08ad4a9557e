#!/usr/bin/env bash
# One shard of the photos for each task of the array. SHARDS is their number; it stays the same if some tasks are submitted again.
#SBATCH --job-name=thumbs
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=24:00:00
#SBATCH --output=thumbs-%A-%a.log
# SIGTERM comes 60 s before the time is over: running images finish, and the same task continues when it is submitted again.
#SBATCH --signal=TERM@60
set -euo pipefail

: "${SHARDS:?the number of shards}" "${PHOTOS:?the folder of the photos}" "${OUT:?the output folder}"

status=0
srun=()
# Signals go to job steps, not to this script.
if [ -n "${SLURM_JOB_ID:-}" ] && command -v srun >/dev/null; then srun=(srun --ntasks=1); fi
${srun[@]+"${srun[@]}"} thumbs "$PHOTOS" -o "$OUT" -w "${SLURM_CPUS_PER_TASK:-4}" \
  --shard "$SLURM_ARRAY_TASK_ID/$SHARDS" --no-progress || status=$?

# 1 says that some photos failed: they are named above, and in the manifest.
if [ "$status" -eq 1 ]; then exit 0; fi
exit "$status"
