#!/usr/bin/env bash
# Makes Figures 2 and 3 of the paper, as curves with intervals, and Tables 3 and 4 on a sample of HIGGS, from the files of
# pipelines/paper and pipelines/higgs.mmc.
#
# Run: scripts/paper_figures.sh DATA FOLDER [SEEDS]
#   DATA    a sample of HIGGS in the layout of UCI, higgs-51k.csv.gz: the last 10,000 rows test, the 3,000 before them validate
#   FOLDER  where studies, tables and figures go: figure2.csv, .md and .svg, figure3.csv, .md and .svg, table3.md, table4.md. What is
#           there already is not trained again, and what was interrupted continues
#   SEEDS   how many, 5 unless given
#
# MMC names the program, target/release/mmc unless given. WIDTH is the width of the encoders, 100 unless given (the paper's is 300),
# EPOCHS how many at most, 10 unless given; the epoch with the least validation error is tested.
#
# Processor time: about two minutes for each seed and epoch, so that five seeds of ten epochs take 100; figures 2 and 3 take 45 each.
set -euo pipefail
data=$(realpath "$1")
folder=$2
seeds=${3:-5}
project=$(cd "$(dirname "$0")/.." && pwd)
mmc=$(realpath "${MMC:-$project/target/release/mmc}")
mkdir -p "$folder"
bounds=(--set "path=$data" --set "width=${WIDTH:-100}" --epochs "${EPOCHS:-10}" --quiet)
paper=(--set test_rows=10_000 --set valid_rows=3_000)

# study NAME COMMAND ARGUMENTS...: the study of `mmc COMMAND` in FOLDER/NAME.
study() {
    local name=$1 command=$2
    shift 2
    if [ -d "$folder/$name" ]; then return; fi
    local unfinished=$folder/$name-unfinished
    if [ ! -d "$(echo "$unfinished"/*/)" ] || ! "$mmc" "$command" --resume "$(echo "$unfinished"/*/)" --quiet > /dev/null; then
        rm -rf "$unfinished"
        "$mmc" "$command" "$@" --out "$unfinished" > /dev/null
    fi
    mv "$unfinished"/*/ "$folder/$name"
    rmdir "$unfinished"
}

# seeded FILE: a copy of a file of pipelines/paper whose sweep has so many seeds.
seeded() {
    sed -E "s/^  seeds  = 1\.\.=5$/  seeds  = 1..=$seeds/" "$project/pipelines/paper/$1" > "$folder/$1"
    echo "$folder/$1"
}

study figure2-depths sweep "$(seeded figure2_higgs.mmc)" "${bounds[@]}" "${paper[@]}"
study figure2-mulmix compare "$folder/figure2_higgs.mmc" --combine mulmix --seeds "$seeds" "${bounds[@]}" "${paper[@]}"
study figure3-curves sweep "$(seeded figure3_higgs.mmc)" "${bounds[@]}" "${paper[@]}"
study table3 compare "$project/pipelines/paper/table3_higgs.mmc" --seeds "$seeds" --against plain "${bounds[@]}" "${paper[@]}"
study table4 compare "$project/pipelines/higgs.mmc" --combine low_only,high_only,add,mul,mulmix --against mulmix \
    --over-learn low_only,high_only --seeds "$seeds" "${bounds[@]}"

python3 "$project/scripts/fusion_table.py" --key depth --against mulmix --csv "$folder/figure2.csv" \
    "$folder/figure2-depths" "$folder/figure2-mulmix" > "$folder/figure2.md"
python3 "$project/scripts/fusion_table.py" --key beta --against "mulmix beta=0" --csv "$folder/figure3.csv" \
    "$folder/figure3-curves" > "$folder/figure3.md"
python3 "$project/scripts/paper_figure.py" --key depth "$folder/figure2-depths" "$folder/figure2-mulmix" > "$folder/figure2.svg"
python3 "$project/scripts/paper_figure.py" --key beta "$folder/figure3-curves" > "$folder/figure3.svg"
cp "$folder/table3/compare.md" "$folder/table3.md"
cp "$folder/table4/compare.md" "$folder/table4.md"
