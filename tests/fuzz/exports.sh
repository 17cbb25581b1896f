#!/bin/sh
# Writes the files of the ingest pages and of sample-data as seeds: exports.sh FOLDER. Each in UTF-8, unpacked; and
# some with a byte before them that tells the target `ingest` how to lay them.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
for page in "$here"/../ingest/*.md; do
  name=$(basename "$page" .md)
  awk -v out="$out/$name" '
    /^```/ {
      if (fence) { fence = 0; if (file) close(file); file = ""; next }
      fence = 1
      if ($0 ~ / file=/) { file = out "-" NR }
      next
    }
    fence && file { print > file }
  ' "$page"
done
for file in "$here"/../../sample-data/*/*; do
  head -c 16000 "$file" > "$out/sample-$(basename "$file")"
done
number=0
for file in "$out"/*-[0-9]*; do
  number=$((number % 7 + 1))
  { printf "\\00$number"; cat "$file"; } > "$out/laid-$number-$(basename "$file")"
done
echo "$(find "$out" -type f | wc -l) seeds in $out"
