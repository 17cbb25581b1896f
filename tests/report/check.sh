#!/bin/sh
# Looks at the monthly report as its readers do: a browser, a checker of accessibility, a validator, a spreadsheet.
#
#   tests/report/check.sh LAKE MONTH [FOLDER]
#
# Run by hand: it needs the network once, for npm, and Debian's chromium and libreoffice-calc
# (apt-get install --no-install-recommends chromium libreoffice-calc). AUK names the program, else the one on the PATH.
# The report, its forms and the screenshots stay in FOLDER, to be looked at.
set -eu
lake=$1 month=$2 here=$(cd "$(dirname "$0")" && pwd)
folder=${3:-$(mktemp -d)} auk=${AUK:-auk}
mkdir -p "$folder/again"
for program in chromium libreoffice npm node; do
    command -v $program >/dev/null || { echo "$program is not here" >&2; exit 2; }
done

for form in html xlsx md; do
    "$auk" report --lake "$lake" --month "$month" -o "$folder/report.$form"
    "$auk" report --lake "$lake" --month "$month" -o "$folder/again/report.$form"
    cmp "$folder/report.$form" "$folder/again/report.$form"
done
for form in csv json; do
    "$auk" report --lake "$lake" --month "$month" --format $form -o "$folder/$form"
done
echo "two runs gave the same bytes"

cp "$here/browser.mjs" "$here/numbers.mjs" "$here/htmlvalidate.json" "$folder/"
(
    cd "$folder"
    [ -d node_modules/axe-core ] ||
        npm install --no-save --silent axe-core@4 html-validate@9 puppeteer-core@25 csv-parse@7
    npx html-validate --config htmlvalidate.json report.html
    echo "the markup is valid"
    node browser.mjs report.html
    rm -rf sheets && mkdir sheets
    # Every sheet as a CSV file: comma, quotes, UTF-8, values as they are shown.
    libreoffice --headless --convert-to 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1' \
        --outdir sheets report.xlsx >/dev/null 2>&1
    node numbers.mjs csv sheets
)
echo "all is well; screenshots are in $folder"
