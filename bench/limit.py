"""The limit of a step: the time of its large matrix products alone, at the same shapes; prints one JSON line.

    python bench/limit.py --model HF_DIR --batch 8 --length 256 --supervised 1200

Counted are the products with frozen weights (forward; backward by their input; for full fine-tuning also
by the weight), attention's, and the head's for supervised tokens. Not counted: LoRA's thin products,
anything element by element, and whatever is computed twice. Each shape's time is the median of several.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median

import torch

TYPES = {"bf16": torch.bfloat16, "f32": torch.float32}


def timed(product, repeats):
    product()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        product()
        seconds.append(time.perf_counter() - start)
    return median(seconds)


def products(config, batch, length, supervised):
    """{part: [(how many, operands)]}: operands as sizes [.., m, k] and [.., k, n]."""
    H, F, L = (config[k] for k in ("hidden_size", "intermediate_size", "num_hidden_layers"))
    nh, V, T, N = config["num_attention_heads"], config["vocab_size"], length, batch * length
    nk, D = config["num_key_value_heads"], config.get("head_dim") or H // nh
    groups, rows = batch * nk, nh // nk * T
    weights = [(H, (nh + 2 * nk) * D), (nh * D, H), (H, 2 * F), (F, H)]
    forward = [(L, (N, i), (i, o)) for i, o in weights]
    forward += [(L, (groups, rows, D), (groups, D, T)), (L, (groups, rows, T), (groups, T, D))]
    backward = [(L, (N, o), (o, i)) for i, o in weights]
    # Attention: by probabilities and by values, by queries and by keys.
    backward += [(L, (groups, rows, D), (groups, D, T)), (L, (groups, T, rows), (groups, rows, D))]
    backward += [(L, (groups, rows, T), (groups, T, D)), (L, (groups, T, rows), (groups, rows, D))]
    return {
        "forward": [*forward, (1, (supervised, H), (H, V))],
        "backward": [*backward, (1, (supervised, V), (V, H))],
        "weights": [(L, (o, N), (N, i)) for i, o in weights],
    }


def measure(parts, dtype, repeats):
    out, flops = {}, 0
    for part, listed in parts.items():
        out[part] = 0.0
        for count, left, right in listed:
            a, b = torch.randn(left).to(dtype), torch.randn(right).to(dtype)
            result = torch.matmul(a, b)
            out[part] += count * timed(lambda: torch.matmul(a, b, out=result), repeats)
            flops += count * 2 * result.numel() * left[-1]
    return out | {"gflops_per_second": flops / sum(out.values()) / 1e9}


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--model", type=Path, required=True)
    p.add_argument("--batch", type=int, required=True)
    p.add_argument("--length", type=int, required=True)
    p.add_argument("--supervised", type=int, required=True)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeats", type=int, default=5)
    p.add_argument("--types", nargs="+", choices=TYPES, default=list(TYPES))
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    config = json.loads((args.model / "config.json").read_text())
    parts = products(config, args.batch, args.length, args.supervised)
    print(json.dumps({name: measure(parts, TYPES[name], args.repeats) for name in args.types}))
