#!/usr/bin/env bash
# Measures the table of docs/fusion.md again: trains every method of pipelines/fusion/digits.mmc on each split, and decides the same
# corrupted test rows with all of them; once with the last epoch, trained on all rows that are not for the test, as the protocol is,
# and once with a tenth of those held out to select the epoch by.
#
# Run: scripts/six_views.sh DATA FOLDER [SPLITS]
#   DATA    the six views as one table, mfeat.csv.gz
#   FOLDER  where studies and tables go: FOLDER/last and FOLDER/selected hold split-N and, in stress, the tables of corrupted rows;
#           FOLDER/last.csv and .md, FOLDER/selected.csv and .md are of clean rows, with what choosing the epoch on the test rows would
#           have added. Splits that are there already are not trained again, and one that was interrupted continues
#   SPLITS  how many splits, 10 unless given; the seed of a split is the seed of its trainings
#
# MMC names the program, target/release/mmc unless given; EPOCHS another number of epochs than the 500 of the protocol.
#
# Processor time of one split with 500 epochs: 6 minutes for each of last and selected; of the corrupted rows of ten splits, 2.
set -euo pipefail
data=$(realpath "$1")
folder=$2
splits=${3:-10}
project=$(cd "$(dirname "$0")/.." && pwd)
mmc=$(realpath "${MMC:-$project/target/release/mmc}")

mkdir -p "$folder"
sed 's/test: fraction(20%), seed/test: fraction(20%), valid: fraction(8%), seed/' "$project/pipelines/fusion/digits.mmc" \
    > "$folder/selected.mmc"
grep -q 'valid: fraction(8%)' "$folder/selected.mmc"

# measure NAME FILE: the studies and tables of one way to choose the epoch.
measure() {
    local name=$1 file=$2 studies=() split study unfinished
    mkdir -p "$folder/$name"
    for split in $(seq "$splits"); do
        study=$folder/$name/split-$split
        unfinished=$folder/$name/unfinished-$split
        if [ ! -d "$study" ]; then
            if [ ! -d "$(echo "$unfinished"/*/)" ] || ! "$mmc" compare --resume "$(echo "$unfinished"/*/)" --quiet > /dev/null; then
                rm -rf "$unfinished"
                "$mmc" compare "$file" --set "path=$data" --set "split_seed=$split" --seed "$split" --seeds 1 --audit \
                    ${EPOCHS:+--epochs "$EPOCHS"} --out "$unfinished" --quiet > /dev/null
            fi
            mv "$unfinished"/*/ "$study"
            rmdir "$unfinished"
        fi
        studies+=("$study")
    done
    python3 "$project/scripts/fusion_table.py" --against mul_unit --csv "$folder/$name.csv" "${studies[@]}" > "$folder/$name.md"
    "$mmc" stress "${studies[@]}" --test conflict:40% --test gaussian:1,5,10 --test missing:10%,30%,50% \
        --against mul_unit --output "$folder/$name/stress" --quiet > /dev/null
}
measure last "$project/pipelines/fusion/digits.mmc"
measure selected "$folder/selected.mmc"
