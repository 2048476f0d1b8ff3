#!/usr/bin/env bash
# Measures the table of docs/fusion.md again: trains every method of pipelines/fusion/digits.mmc on each split, and decides the same
# corrupted test rows with all of them.
#
# Run: scripts/six_views.sh DATA FOLDER [SPLITS]
#   DATA    the six views as one table, mfeat.csv.gz
#   FOLDER  where studies and tables go; splits that are there already are not trained again
#   SPLITS  how many splits, 10 unless given; the seed of a split is the seed of its trainings
#
# MMC names the program, target/release/mmc unless given.
set -euo pipefail
data=$(realpath "$1")
folder=$2
splits=${3:-10}
project=$(cd "$(dirname "$0")/.." && pwd)
mmc=$(realpath "${MMC:-$project/target/release/mmc}")

mkdir -p "$folder"
studies=()
for split in $(seq "$splits"); do
    study=$folder/split-$split
    if [ ! -d "$study" ]; then
        rm -rf "$folder/unfinished"
        "$mmc" compare "$project/pipelines/fusion/digits.mmc" --set "path=$data" --set "split_seed=$split" \
            --seed "$split" --seeds 1 --out "$folder/unfinished" --quiet > /dev/null
        mv "$folder"/unfinished/* "$study"
        rmdir "$folder/unfinished"
    fi
    studies+=("$study")
done
"$mmc" stress "${studies[@]}" --test conflict:40% --test gaussian:1,5,10 --test missing:10%,30%,50% \
    --against mul_unit --output "$folder/stress"
