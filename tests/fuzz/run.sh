#!/bin/sh
# Fuzzes a target for a while: run.sh parse|batch [SECONDS [OTHER OPTIONS OF LIBFUZZER]]. See README.md.
set -eu
cd "$(dirname "$0")"
target=$1
seconds=${2:-3600}
shift $(($# < 2 ? $# : 2))
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/auk-target}"
cp ../../Cargo.lock Cargo.lock
./seeds.sh seeds
mkdir -p artifacts "corpus/$target"
case $target in
parse)
  CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz" cargo +nightly fuzz build --fuzz-dir . -s none parse
  program=$(echo "$CARGO_TARGET_DIR"/fuzz/*/release/parse)
  ;;
batch)
  RUSTC_WRAPPER="$PWD/instrument.sh" CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz-engine" \
    cargo build --release --features engine --bin batch
  program="$CARGO_TARGET_DIR/fuzz-engine/release/batch"
  ;;
esac
# One process at a time; what fails is kept and does not end the run.
exec nice -n 19 "$program" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 \
  -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=6000 -dict=kql.dict \
  -artifact_prefix="artifacts/$target-" "$@" "corpus/$target" seeds
