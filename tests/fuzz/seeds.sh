#!/bin/sh
# Writes the queries of the golden pages and of queries/ as files: seeds.sh FOLDER.
# A `kql given` fence belongs to the `kql` fences below it up to the next heading.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
find "$here/../kql" "$here/../ingest" "$here/../analyses" -name '*.md' | sort | while read -r page; do
  name=$(printf %s "${page#"$here"/../}" | tr / -)
  awk -v out="$out/${name%.md}" '
    /^#/ && !fence { given = "" }
    /^```/ {
      if (fence) { fence = 0; if (file) { printf "%s", text > file; close(file) } else if (keep) given = text; next }
      fence = 1; text = ""; file = ""; keep = ($0 ~ /^```kql given/)
      if ($0 ~ /^```kql *$/) { file = out "-" NR ".kql"; text = given }
      next
    }
    fence { text = text $0 "\n" }
  ' "$page"
done
find "$here/../../queries" -name '*.kql' | while read -r file; do
  cp "$file" "$out/$(printf %s "${file#"$here"/../../}" | tr / -)"
done
echo "$(find "$out" -type f | wc -l) seeds in $out"
