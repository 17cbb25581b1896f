#!/bin/sh
# A RUSTC_WRAPPER that instruments auk and the fuzz targets, and leaves all other crates as they are: with
# flags for all of them Polars would be built anew, which takes long, and is not what is to be tested.
rustc=$1
shift
case " $* " in
*" --crate-name auk "* | *" --crate-name auk_fuzz "* | *" targets/"*".rs "*)
  exec "$rustc" "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions
  ;;
*) exec "$rustc" "$@" ;;
esac
