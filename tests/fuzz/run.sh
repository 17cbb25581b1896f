#!/bin/sh
# Fuzzes a target for a while: run.sh parse|batch|json|ingest [SECONDS [OTHER OPTIONS OF LIBFUZZER]]. See README.md.
set -eu
cd "$(dirname "$0")"
target=$1
seconds=${2:-3600}
shift $(($# < 2 ? $# : 2))
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/auk-target}"
cp ../../Cargo.lock Cargo.lock
case $target in
parse | json) build="$CARGO_TARGET_DIR/fuzz" features="" ;;
batch | ingest) build="$CARGO_TARGET_DIR/fuzz-engine" features="--features engine" ;;
esac
case $target in
parse | batch)
  ./seeds.sh seeds
  seeds=seeds bounds="-max_len=6000 -dict=kql.dict"
  ;;
json | ingest)
  ./exports.sh files
  seeds=files bounds="-max_len=20000 -dict=files.dict"
  ;;
esac
mkdir -p artifacts "corpus/$target"
RUSTC_WRAPPER="$PWD/instrument.sh" CARGO_TARGET_DIR="$build" cargo build --release $features --bin "$target"
# One process at a time; what fails is kept and does not end the run.
exec nice -n 19 "$build/release/$target" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 \
  -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 $bounds \
  -artifact_prefix="artifacts/$target-" "$@" "corpus/$target" "$seeds"
