"""Prints a result of run.sh as a table: table.py results/RECIPES.json"""
import json
import sys

r = json.load(open(sys.argv[1]))
s = r["steady"]
taken = s["answers"].get("204", 0)
refused = {code: count for code, count in s["answers"].items() if code != "204"}
requests = s["operatorRequestsPerSecond"]
rows = [
    ("Reports sent in %.0f s, a second" % s["seconds"], f"{s['sent']:,}, {s['sent'] / s['seconds']:.0f}", "–"),
    ("Taken", f"{taken:,} ({taken / s['sent']:.2%})", "–"),
    ("Not taken, by answer", ", ".join(f"{code}: {count:,}" for code, count in refused.items()) or "0", "–"),
    ("Latency of a report p50, p99, ms", "{p50:,.1f}, {p99:,.0f}".format(**s["latencyMillis"]), "–"),
    ("**The operator's API writes a second**", f"**{s['operatorWritesPerSecond']:.1f}**", "≤ 50"),
    ("in the busiest 10 s", f"{s['operatorWritesPerSecondGreatest']:.1f}", "≤ 50"),
    ("of these, status writes", f"{requests.get('PATCH trainingrecipes/status', 0):.1f}", "≤ 40"),
    ("of these, TokenReviews", f"{requests.get('POST tokenreviews', 0):.1f}", "≤ 10"),
    ("Status writes that the API server counted", f"{s['apiServerWritesPerSecond']['APPLY trainingrecipes/status']:.1f}", "–"),
    ("Age of the progress in a status p50, p99, s", "{p50:.1f}, {p99:.1f}".format(**s["ageSeconds"]), "–"),
    ("Report → status p50, p99, s", "{p50:.1f}, {p99:.1f}".format(**s["reportToStatusSeconds"]), "–"),
    ("Operator's CPU a report, ms", f"{s['operatorCpuMillisPerReport']:.2f}", "–"),
    ("Cores: " + ", ".join(s["cores"]), ", ".join(f"{cores:.2f}" for cores in s["cores"].values()), "–"),
    ("Operator's RSS, MiB, greatest", s["peakRssMiB"], "≤ 768"),
    ("Every trainer heard after the first recipe, s", f"{r['allHeardSeconds']:.0f}", "–"),
]
restart = r["restart"]
rows.append(("Restart: half of the trainers heard, all, every status moved, s",
             ", ".join(f"{restart[key]:.0f}" if key in restart else "not reached"
                       for key in ("halfHeardSeconds", "allHeardSeconds", "allMovedSeconds")), "–"))
print("| | measured | goal |\n|---|---|---|")
for row in rows:
    print("| {} | {} | {} |".format(*row))
