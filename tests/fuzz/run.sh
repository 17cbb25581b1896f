#!/bin/sh
# Fuzzes a target for a while: run.sh parse|batch|json|ingest [SECONDS [OTHER OPTIONS OF LIBFUZZER]]. See README.md.
set -eu
cd "$(dirname "$0")"
target=$1
seconds=${2:-3600}
shift $(($# < 2 ? $# : 2))
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/auk-target}"
cp ../../Cargo.lock Cargo.lock
./seeds.sh seeds
seeds=seeds
more="-max_len=6000 -dict=kql.dict"
case $target in
json | ingest)
  ./exports.sh files
  seeds=files
  more="-max_len=20000"
  ;;
esac
mkdir -p artifacts "corpus/$target"
case $target in
parse | json)
  CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz" cargo +nightly fuzz build --fuzz-dir . -s none "$target"
  program=$(echo "$CARGO_TARGET_DIR"/fuzz/*/release/"$target")
  ;;
batch | ingest)
  RUSTC_WRAPPER="$PWD/instrument.sh" CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz-engine" \
    cargo build --release --features engine --bin "$target"
  program="$CARGO_TARGET_DIR/fuzz-engine/release/$target"
  ;;
esac
# One process at a time; what fails is kept and does not end the run.
exec nice -n 19 "$program" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 \
  -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 $more \
  -artifact_prefix="artifacts/$target-" "$@" "corpus/$target" "$seeds"
