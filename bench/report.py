"""What bench/run.py measured, as a page: each figure with its range, the ratios, the bars."""

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

WARM_UP = 2
LEAST_STEPS = 12
FASTER = 2.0
SMALLER = 0.6
GB = 1e9 / 1024


@dataclass(frozen=True)
class Timed:
    """One process, its warm-up steps left out of the speeds."""

    examples_per_second: float
    tokens_per_second: float
    seconds_per_step: float
    padding: float
    peak_gb: float
    first_step: float

    @staticmethod
    def of(result):
        seconds, examples, tokens, padded = (
            result[name][WARM_UP:] for name in ("seconds", "examples", "tokens", "padded")
        )
        return Timed(
            sum(examples) / sum(seconds),
            sum(tokens) / sum(seconds),
            sum(seconds) / len(seconds),
            1 - sum(tokens) / sum(padded),
            result["peak_kib"] / GB,
            result["first_step"],
        )


ROWS = [
    ("examples/s", "examples_per_second", ".3f"),
    ("real tokens/s", "tokens_per_second", ".0f"),
    ("seconds per step", "seconds_per_step", ".2f"),
    ("padding, share of tokens", "padding", ".3f"),
    ("peak resident memory, GB", "peak_gb", ".2f"),
    ("launch to end of first step, s", "first_step", ".1f"),
]


def spread(values, form):
    """Lowest, median and highest."""
    return " / ".join(format(x, form) for x in (min(values), median(values), max(values)))


def table(pairs):
    """One stage: figures of both sides, and their ratios from round to round."""
    ours, theirs = ([Timed.of(pair[side]) for pair in pairs] for side in (0, 1))
    lines = ["| min / median / max | this project | PEFT | ratio |", "|---|---|---|---|"]
    for title, field, form in ROWS:
        a, b = ([getattr(t, field) for t in side] for side in (ours, theirs))
        ratios = spread([x / y for x, y in zip(a, b)], ".2f") if min(b) > 0 else "-"
        lines.append(f"| {title} | {spread(a, form)} | {spread(b, form)} | {ratios} |")
    return lines


def bars(stage, pairs):
    timed = [(Timed.of(ours), Timed.of(theirs)) for ours, theirs in pairs]
    speed = median(a.examples_per_second / b.examples_per_second for a, b in timed)
    memory = median(a.peak_gb / b.peak_gb for a, b in timed)
    steps = len(pairs[0][0]["seconds"]) - WARM_UP
    few = f"; too few steps ({steps} of {LEAST_STEPS}) to say" if steps < LEAST_STEPS else ""
    return [
        f"- Stage {stage}: {speed:.2f} times PEFT's examples/s (bar: at least {FASTER}):"
        f" {'holds' if speed >= FASTER else 'MISSED'}{few}.",
        f"- Stage {stage}: {memory:.2f} times its peak memory (bar: at most {SMALLER}):"
        f" {'holds' if memory <= SMALLER else 'MISSED'}{few}.",
    ]


def losses(pairs):
    each = [f"{a['losses'][0]:.5f} and {b['losses'][0]:.5f}" for a, b in pairs]
    return "First loss, same examples, ours and PEFT's: " + ", ".join(sorted(set(each))) + "."


def machine():
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    about = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    about = {key.strip(): value.strip() for key, value in about.items()}
    flags = about.get("flags", "").split()
    bf16 = [f for f in ("avx512_bf16", "amx_tile", "amx_bf16") if f in flags]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{about.get('model name', platform.machine())}, {os.cpu_count()} processors,"
        f" {memory:.0f} GB; bf16 instructions: {', '.join(bf16) or 'none'}"
    )


def versions(pairs):
    ours, theirs = pairs[0][0]["versions"], pairs[0][1]["versions"]
    said = [", ".join(f"{k} {v}" for k, v in side.items()) for side in (ours, theirs)]
    return f"this project: {said[0]}, heap of 512 MB at most; PEFT: {said[1]}"


def commit(root):
    asked = ["git", "-C", str(root), "describe", "--always", "--dirty"]
    done = subprocess.run(asked, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def text(args, results, root):
    """results: pairs of ours and PEFT's, as measured, in order."""
    data = results[0][0]["data"]
    steps = len(results[0][0]["seconds"]) - WARM_UP
    lines = [
        f"# This project and PEFT, {args.precision}",
        "",
        f"{time.strftime('%Y-%m-%d %H:%M')}, commit {commit(root)}.",
        f"Load of the machine at the end (1, 5, 15 min): {os.getloadavg()}.",
        "",
        f"- Machine: {machine()}; {args.threads} threads.",
        f"- Versions: {versions(results)}.",
        f"- Records: {data['examples']} examples of at most {args.max_length} tokens, from the"
        f" first {args.examples} records; {data['tokens']} tokens, of which {data['supervised']}"
        " supervised, on both sides.",
        f"- Batches of {args.batch}; {args.rounds} rounds of {steps} timed steps a process, after"
        f" {WARM_UP} to warm up.",
        "",
        "SmolLM2-135M-Instruct here is an already aligned model with weights rounded to 4 bits:"
        " a measure of speed, not of the paper's setting.",
    ]
    verdict = []
    for stage in args.stages:
        pairs = [pair for pair in results if pair[0]["stage"] == stage]
        lines += ["", f"## Stage {stage}", "", *table(pairs), "", losses(pairs)]
        verdict += bars(stage, pairs)
    return "\n".join([*lines, "", "## Bars", "", *verdict, ""])
