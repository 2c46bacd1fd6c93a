"""Prints a result of run.sh as a table: table.py results/LIVE-FINISHED.json"""
import json
import sys

r = json.load(open(sys.argv[1]))
rows = [("Recipes live, finished", f"{r['live']:,}, {r['finished']:,}", "5,000, 50,000")]
for name, goal in (("at20PerSecond", "≤ 1,000"), ("at40PerSecond", "–")):
    p = r[name]
    speed = name[2:4]
    rows.append((f"Create → Job p50, p99 at {speed} recipes/s, ms",
                 "{p50:,.0f}, {p99:,.0f}".format(**p["createToJobMillis"]), goal))
    rows.append((f"Pod event → status p50, p99 at {speed} recipes/s, ms",
                 "{p50:,.0f}, {p99:,.0f}".format(**p["podToStatusMillis"]), "≤ 2,000"))
rows.append(("Jobs/s, first creation to last Job", f"{r['at40PerSecond']['jobsPerSecond']:.1f}", "≥ 40"))
rows.append(("Cold start to the last of 100 waiting recipes' Jobs, s", f"{r['coldStartSeconds']:.1f}", "≤ 30"))
rows.append(("RSS, MiB, greatest", max(r["peakRssMiB-after"], r["peakRssMiB-afterRestart"]), "≤ 768"))
rows.append(("Heap after a collection, MiB", r["heapAfterGcMiB-afterRestart"], "–"))
writes = sum(v for k, v in r["requestsInAnIdleMinute"].items() if not k.startswith("GET ") and "leases" not in k)
rows.append(("Writes in an idle minute", f"{writes:.0f}", "0"))
rows.append(("Requests a recipe, until it trains", f"{sum(r['requestsPerRecipe'].values()):.1f}", "–"))
for process, name in (("operator", "operator"), ("kube-apiserver", "API server"), ("etcd", "etcd"), ("program", "program")):
    rows.append((f"CPU a recipe, {name}, ms", f"{r['at40PerSecond']['cpuMillisPerRecipe'][process]:.0f}", "–"))
print("| | measured | goal |\n|---|---|---|")
for row in rows:
    print("| {} | {} | {} |".format(*row))
