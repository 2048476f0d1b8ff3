#!/usr/bin/env bash
# Makes the tables of docs/fusion.md: every way to combine modalities on one data set, with the same encoders, the same training and
# one setting tried for each method, that of its documentation. Each seed has another split.
#
# Run: scripts/fusion_tables.sh DATA FOLDER [SEEDS]
#   DATA    higgs, athletes, digits or cifar, the words of pipelines/fusion/DATA_methods.mmc
#   FOLDER  where studies and tables go: FOLDER/DATA/seed-N, FOLDER/DATA.csv with a row for each training, FOLDER/DATA.md with a
#           row for each method. Seeds that are there already are not trained again, and one that was interrupted continues
#   SEEDS   how many, 5 unless given, 3 for cifar
#
# MMC names the program, target/release/mmc unless given; TABLES the folder of higgs, athletes, mfeat and cifar10, ../data unless
# given; EPOCHS another number of epochs than the file's; COMBINES a list with commas of some of the methods.
#
# Processor time of one seed: higgs (20 epochs) 6 minutes, athletes (12) 8, digits (40) 3, cifar (10) 14.
set -euo pipefail
name=$1
folder=$2
project=$(cd "$(dirname "$0")/.." && pwd)
mmc=$(realpath "${MMC:-$project/target/release/mmc}")
tables=$(realpath "${TABLES:-$project/../data}")
seeds=5
case $name in
higgs) paths=(--set "path=$tables/higgs/higgs-51k.csv.gz") ;;
athletes) paths=(--set "path=$tables/athletes/athletes.csv.gz") ;;
digits) paths=(--set "path=$tables/mfeat/mfeat.csv.gz") ;;
cifar)
    paths=(--set "train_path=$tables/cifar10/train.bin" --set "test_path=$tables/cifar10/test.bin")
    seeds=3
    ;;
*)
    echo "DATA is higgs, athletes, digits or cifar, not \`$name\`" >&2
    exit 2
    ;;
esac
seeds=${3:-$seeds}
file=$project/pipelines/fusion/${name}_methods.mmc
mkdir -p "$folder/$name"

# A copy of the file with one of its combines, renamed, and one more setting of the training.
variant() {
    awk -v keep="$2" -v as="$3" -v setting="$4" '
        /^combine / { inside = $2 != keep; if (!inside) sub(/^combine [a-z_]+/, "combine " as) }
        !inside && /^  combine *=/ { print "  combine = " as; print "  " setting; next }
        !inside
        inside && /^(}|combine .*[)}])$/ { inside = 0 }
    ' "$1" > "$folder/$name/$3.mmc"
}
variant "$file" sum ogm "balance = ogm(0.5)"
variant "$file" sum agm "balance = agm(0.5)"
variant "$file" both pareto "balance = pareto"
variant "$file" both blend "balance = blend"
variant "$file" mix cml "cml = 0.1"
files=("$file")
for setting in ogm agm pareto blend cml; do files+=("$folder/$name/$setting.mmc"); done

studies=()
for seed in $(seq "$seeds"); do
    study=$folder/$name/seed-$seed
    unfinished=$folder/$name/unfinished-$seed
    if [ ! -d "$study" ]; then
        begun=$(echo "$unfinished"/*/)
        if [ ! -d "$begun" ] || ! "$mmc" compare --resume "$begun" --quiet > /dev/null; then
            rm -rf "$unfinished"
            "$mmc" compare "${files[@]}" "${paths[@]}" --set "split_seed=$seed" --seed "$seed" --seeds 1 --audit \
                ${EPOCHS:+--epochs "$EPOCHS"} ${COMBINES:+--combine "$COMBINES"} --out "$unfinished" --quiet > /dev/null
            begun=$(echo "$unfinished"/*/)
        fi
        mv "$begun" "$study"
        rmdir "$unfinished"
    fi
    studies+=("$study")
done
python3 "$project/scripts/fusion_table.py" --against mul --csv "$folder/$name.csv" "${studies[@]}" > "$folder/$name.md"
cat "$folder/$name.md"
