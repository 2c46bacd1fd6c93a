"""Prints results.jsonl as Markdown."""

import json
import statistics
import sys

with open(sys.argv[1]) as results:
    records = [json.loads(line) for line in results]


def median(values):
    return statistics.median(values)


for record in records:
    if record["kind"] == "machine":
        print(f"{record['cpu']}, {record['cores']} cores; PyTorch {record['pytorch']}; {record['java']}; "
              f"commit {record['commit']}; {record['time']}\n")
    elif record["kind"] == "firstStep":
        print(f"First step of the quick start's teacher: {record['medianSeconds']:.1f} s after the start of its process "
              f"(median of {len(record['seconds'])}).\n")

print("| Network | Input | Precision | Threads | Allocator | Trainer, images/s | PyTorch | images/s | Ratio "
      "(least to greatest) | Peak RSS, MiB |")
print("|---|---|---|---|---|---|---|---|---|---|")
for record in records:
    if record["kind"] != "step":
        continue
    for form, ratios in record["ratios"].items():
        speeds, peaks = record["imagesPerSecond"], record["peakRssMiB"]
        print(f"| ResNet-{record['depth']}-D, {record['size']}x{record['size']}, batch {record['batch']} "
              f"| {record['input']} | {record['precision']} | {record['threads']} | {record['allocator']} "
              f"| {median(speeds['trainer']):,.1f} | {form} | {median(speeds[form]):,.1f} "
              f"| **{median(ratios):.3f}** ({min(ratios):.3f} to {max(ratios):.3f}) "
              f"| {peaks['trainer']:,} against {peaks[form]:,} |")
