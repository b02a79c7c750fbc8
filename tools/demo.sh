#!/usr/bin/env bash
# ./run demo: a register of made people, the whole main job, and what it found.
set -euo pipefail
cd "$(dirname "$0")/.."
t=build/throughline
people=${1:-20000}

rm -rf demo
mkdir -p demo
started=$(date +%s.%N)
"$t" simulate --people "$people" --seed 2021 --out demo/extracts --quiet
"$t" init demo/register --quiet >demo/first-administrator.txt
for channel in nrm dtn msvcc helpline ngo police; do
    case $channel in
    nrm | dtn) from=SCA ;; msvcc) from=SALVATION_ARMY ;; helpline) from=UNSEEN ;;
    ngo) from=CHARITIES ;; police) from=POLICE ;;
    esac
    "$t" import "demo/extracts/$channel.csv" --as "$channel" --from "$from" \
        --store demo/register --quiet >>demo/import.log
done
"$t" run --store demo/register --nrm-complete >demo/run.txt
"$t" report --store demo/register --truth demo/extracts/truth --nrm-complete \
    --out demo/report >demo/findings.txt
seconds=$(echo "$(date +%s.%N) $started" | awk '{printf "%.1f", $1 - $2}')

"$t" study link examples/historical_dev.csv --spec examples/historical-spec.json --truth cluster \
    --out demo/wikidata-clusters.csv --summary demo/wikidata.json --quiet
"$t" study classify tests/data/classify/case_studies.json --out demo/case-studies.csv --quiet

echo "Made data ($people people, six agencies' extracts), main job in $seconds s:"
grep -v '/index.html$' demo/findings.txt | sed 's/^/  /'
grep 'flags raised' demo/run.txt | sed 's/^/  /'
echo "Real people (25,085 labelled Wikidata records), links measured against their truth:"
python3 - <<'PY'
import json
s = json.load(open("demo/wikidata.json"))
p, b = s["pairwise"], s["cluster"]
print(f"  precision {p['precision']:.3f}, recall {p['recall']:.3f}, F1 {p['f1']:.3f}; "
      f"B-cubed precision {b['bcubed_precision']:.3f}, recall {b['bcubed_recall']:.3f}")
PY
echo "The five published case studies, re-trafficked under IOM2010 (strict, lenient):"
awk -F, '$2 == "IOM2010" {print $1, $3, $4}' demo/case-studies.csv |
    awk '{a[$1] = a[$1] ? a[$1] ", " $3 : $3; if (!seen[$1]++) order[++n] = $1}
         END {for (i = 1; i <= n; i++) printf "  %-18s %s\n", order[i], a[order[i]]}'
"$t" verify-log --store demo/register --quiet | head -1 | sed 's/^/Audit log: /'
echo "Read the report: demo/report/index.html (open it in a browser; spreadsheets beside it)"
