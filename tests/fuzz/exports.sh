#!/bin/sh
# Writes the files of the ingest pages as seeds: exports.sh FOLDER. Each in UTF-8, unpacked; and sample-data.
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
echo "$(find "$out" -type f | wc -l) seeds in $out"
