"""What bench/run.py measured, as a page: one table, the ratios, the bars."""

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

WARM_UP = 2
LEAST_STEPS = 8
GB = 1e9 / 1024
TITLES = {
    "ila": "this project",
    "stock": "PEFT stock",
    "grouped": "PEFT length-grouped",
    "compiled": "PEFT grouped, compiled",
}
WORK = {
    "lora": "stage 1 (LoRA)",
    "mask": "stage 2 (mask)",
    "full": "full fine-tuning",
    "top10": "LoRA on 10 % of layers",
    "top30": "LoRA on 30 % of layers",
    "top75": "LoRA on 75 % of layers",
    "eval": "evaluation",
}
# Bars for both stages on records: (least examples/s, most memory), ours over the side's.
BARS = {
    ("bf16", "stock"): (4.0, 0.35),
    ("bf16", "grouped"): (2.5, 0.45),
    ("bf16", "compiled"): (1.5, 0.45),
    ("f32", "stock"): (2.0, None),
    ("f32", "grouped"): (1.4, None),
}
OF_LIMIT = 0.4


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
        # A step in which torch.compile found a new graph is no step: its time is said apart.
        graphs = result.get("graphs") or [0] * len(result["seconds"])
        steps = [i for i in range(WARM_UP, len(graphs)) if graphs[i] == graphs[i - 1]]
        seconds, examples, tokens, padded = (
            [result[name][i] for i in steps] for name in ("seconds", "examples", "tokens", "padded")
        )
        return Timed(
            sum(examples) / sum(seconds),
            sum(tokens) / sum(seconds),
            sum(seconds) / len(seconds),
            1 - sum(tokens) / sum(padded),
            result["peak_kib"] / GB,
            result["first_step"],
        )


def title(case):
    length = f"rows of {case['length']:,} tokens" if case["length"] else "records"
    return f"{WORK[case['job']]}, {case['precision']}, {length}"


def spread(values, form):
    """The median, and the lowest and highest if there are several."""
    values = list(values)
    middle = format(median(values), form)
    return f"{middle} ({min(values):{form}}–{max(values):{form}})" if len(values) > 1 else middle


def by_case(measured):
    """Rounds of the same case, in order of their first."""
    cases = {}
    for one in measured:
        cases.setdefault((one["job"], one["precision"], one["length"]), []).append(one)
    return list(cases.values())


def side(rounds, i):
    """What one side measured, round by round."""
    return [Timed.of(one["results"][i]) for one in rounds]


def ratios(rounds, i, field):
    """The first side's figure over another's, round by round."""
    return [
        getattr(a, field) / getattr(b, field) for a, b in zip(side(rounds, 0), side(rounds, i))
    ]


def needed(case, precision=None):
    """Seconds of the matrix products that a step cannot do without, in the faster type or in one."""
    parts = ["forward"]
    parts += ["backward"] if case["job"] != "eval" else []
    parts += ["weights"] if case["job"] == "full" else []
    types = [precision] if precision else list(case["limit"])
    return min(sum(case["limit"][t][p] for p in parts) for t in types)


def of_limit(rounds, i):
    return [
        needed(one) / timed.seconds_per_step for one, timed in zip(rounds, side(rounds, i))
    ]


def table(measured):
    lines = [
        "| work | by | examples/s | ours is … × | real tokens/s | padding | peak GB | ours is … × |"
        " first step, s | share of the limit |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rounds in by_case(measured):
        for i, result in enumerate(rounds[0]["results"]):
            timed = side(rounds, i)
            figures = lambda field, form: spread((getattr(t, field) for t in timed), form)
            faster = spread(ratios(rounds, i, "examples_per_second"), ".2f") if i else ""
            smaller = spread(ratios(rounds, i, "peak_gb"), ".2f") if i else ""
            limit = spread(of_limit(rounds, i), ".2f") if rounds[0]["limit"] else ""
            cells = [
                title(rounds[0]) if i == 0 else "",
                TITLES[result["side"]],
                figures("examples_per_second", ".3f"),
                faster,
                figures("tokens_per_second", ".0f"),
                f"{median(t.padding for t in timed):.3f}",
                figures("peak_gb", ".2f"),
                smaller,
                figures("first_step", ".1f"),
                limit,
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def judged(rounds):
    """The bars that hold for a case, each with what was measured."""
    case = rounds[0]
    lines = []
    steps = len(case["results"][0]["seconds"]) - WARM_UP
    few = f"; too few steps ({steps} of {LEAST_STEPS}) to say" if steps < LEAST_STEPS else ""
    verdict = lambda holds: ("holds" if holds else "MISSED") + few
    for i, result in enumerate(case["results"]):
        bars = BARS.get((case["precision"], result["side"]))
        if not bars or case["length"] or case["job"] not in ("lora", "mask"):
            continue
        least, most = bars
        speed = median(ratios(rounds, i, "examples_per_second"))
        memory = median(ratios(rounds, i, "peak_gb"))
        what = f"- {title(case)}, beside {TITLES[result['side']]}:"
        lines.append(f"{what} {speed:.2f} × examples/s (at least {least}): {verdict(speed >= least)}")
        if most:
            lines.append(f"{what} {memory:.2f} × memory (at most {most}): {verdict(memory <= most)}")
    if case["limit"] and case["precision"] == "bf16" and case["job"] in ("lora", "mask"):
        share = median(of_limit(rounds, 0))
        lines.append(
            f"- {title(case)}: {share:.2f} of the matrix products' limit (at least {OF_LIMIT}):"
            f" {verdict(share >= OF_LIMIT)}"
        )
    return lines


def limits(measured):
    lines = []
    for rounds in by_case(measured):
        case = rounds[0]
        if case["limit"]:
            said = [
                f"{t} {median(needed(one, t) for one in rounds):.2f} s"
                f" ({median(one['limit'][t]['gflops_per_second'] for one in rounds):.0f} GFLOP/s)"
                for t in case["limit"]
            ]
            lines.append(f"- {title(case)}: {', '.join(said)}")
    if not lines:
        return []
    about = (
        "Time of one step's matrix products alone in PEFT's PyTorch, measured in this run. The share"
        " above is of the faster type, for bf16 as well: what is stored in bf16 may be multiplied in f32."
    )
    return ["", "## The limit", "", about, "", *lines]


def losses(measured):
    lines = []
    for rounds in by_case(measured):
        said = [f"{TITLES[r['side']]} {r['losses'][0]:.5f}" for r in rounds[0]["results"]]
        lines.append(f"- {title(rounds[0])}: {', '.join(said)}")
    return lines


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


def versions(measured):
    found = {r["side"]: r for one in reversed(measured) for r in one["results"]}
    lines = []
    for name, result in found.items():
        said = ", ".join(f"{k} {v}" for k, v in result["versions"].items())
        if name == "ila":
            said += f", a block computed in {result['products']} ({measured[0]['precision']} weights)"
        lines.append(f"{TITLES[name]}: {said}")
    return "; ".join(lines)


def commit(root):
    asked = ["git", "-C", str(root), "describe", "--always", "--dirty"]
    done = subprocess.run(asked, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def text(args, measured, root):
    """measured: as bench/run.py keeps it in JSON."""
    first = measured[0]["results"][0]
    data = first["data"]
    steps = len(first["seconds"]) - WARM_UP
    lines = [
        "# This project and PEFT",
        "",
        f"{time.strftime('%Y-%m-%d %H:%M')}, commit {commit(root)}.",
        f"Load of the machine at the end (1, 5, 15 min): {os.getloadavg()}.",
        "",
        f"- Machine: {machine()}; {args.threads} threads.",
        f"- {versions(measured)}.",
        "- Allocator: glibc's; as it is for PEFT stock, with the settings of `./jbang` for the others."
        " PEFT's attention is SDPA.",
        f"- Records: {data['examples']} examples of at most {args.max_length} tokens, from the"
        f" first {args.examples} records; {data['tokens']} tokens, of which {data['supervised']}"
        " supervised, on all sides.",
        f"- Batches of {args.batch} records, or of {args.tokens:,} tokens in rows of one length;"
        f" {args.rounds} rounds of {steps} timed steps a process, after {WARM_UP} to warm up"
        " (torch.compile's steps that compile are not timed either). Median (lowest–highest) of the rounds.",
        "",
        "SmolLM2-135M-Instruct here is an already aligned model with weights rounded to 4 bits:"
        " a measure of speed, not of the paper's setting.",
        "",
        *table(measured),
        *limits(measured),
        "",
        "## First losses, same examples",
        "",
        *losses(measured),
    ]
    verdict = [line for rounds in by_case(measured) for line in judged(rounds)]
    if verdict:
        lines += ["", "## Bars", "", *verdict]
    return "\n".join([*lines, ""])
