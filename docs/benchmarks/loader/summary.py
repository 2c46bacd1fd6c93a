"""Medians of results.jsonl and their ratios: summary.py RESULTS"""
import collections
import json
import statistics
import sys

rates = collections.defaultdict(list)
for line in open(sys.argv[1], encoding="utf-8"):
    run = json.loads(line)
    if "loader" in run:
        rates[run["loader"]].append(run["images"] / run["cpuSeconds"])
    else:
        print(f"{run['hardware']}; {run['versions']}\n")
medians = {name: statistics.median(values) for name, values in rates.items()}
print("| loader | images per CPU-second | least to greatest | to Pillow | to tensors |")
print("|---|---|---|---|---|")
for name, median in sorted(medians.items(), key=lambda each: -each[1]):
    print(
        f"| {name} | {median:,.0f} | {min(rates[name]):,.0f} to {max(rates[name]):,.0f} "
        f"| {median / medians['torch-pillow']:.2f}× | {median / medians['torch-tensor']:.2f}× |"
    )
