#!/usr/bin/env python3
"""Steps of Llama shapes with random weights on one GPU: this project's TorchScript program beside PEFT.

    python bench/gpu.py --shape llama-3.1-8b --rows 4 --length 2048 --recompute
    python bench/gpu.py --shape llama-2-7b --precision nf4 --sides ila
    python bench/gpu.py --check                     both sides on the same small weights: loss and gradients
    python bench/gpu.py --device cpu --shape tiny   the same code without a GPU

The program is the library's own file, driven from Python with the arguments that dev.ila.torch.Network gives
it: what is measured is the step, not DJL's calls. Needs torch, transformers and peft; nothing is downloaded.
Each figure comes from a process of its own; sides take turns. Memory is what the driver says is taken.
PEFT's attention is SDPA, on a GPU its flash kernel alone, and with --recompute it checkpoints each block.
"""

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time

import torch
from gpu_program import ALPHA, EPSILON, PROJECTIONS, RANK, SHAPES, THETA, Program

WARM_UP = 2


class Peft:
    """transformers' Llama with PEFT's LoRA, as its user writes it."""

    def __init__(self, shape, precision, recompute, device):
        from peft import LoraConfig, get_peft_model
        from transformers import LlamaConfig, LlamaForCausalLM

        H, F, V, L, nh, nk, D = shape
        config = LlamaConfig(
            hidden_size=H, intermediate_size=F, vocab_size=V, num_hidden_layers=L, num_attention_heads=nh,
            num_key_value_heads=nk, head_dim=D, rms_norm_eps=EPSILON, tie_word_embeddings=False, use_cache=False,
            rope_parameters={"rope_type": "default", "rope_theta": THETA}, max_position_embeddings=1 << 17,
        )  # fmt: skip
        config._attn_implementation = "sdpa"
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float32 if precision == "f32" else torch.bfloat16)
        with torch.device(device):
            model = LlamaForCausalLM(config)
        torch.set_default_dtype(before)
        lora = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=PROJECTIONS, task_type="CAUSAL_LM")
        self.model = get_peft_model(model, lora)
        self.cuda = torch.device(device).type == "cuda"
        if recompute:
            model.gradient_checkpointing_enable({"use_reentrant": False})
            model.enable_input_require_grads()
        self.model.train()
        self.factors = [p for p in self.model.parameters() if p.requires_grad]
        self.layers = [m for m in self.model.modules() if hasattr(m, "lora_A")]
        self.optimizer = torch.optim.AdamW(self.factors, lr=2e-4, weight_decay=0.0)

    def loss(self, ids, labels):
        if self.cuda:
            from torch.nn.attention import SDPBackend, sdpa_kernel

            with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
                return self.model(input_ids=ids, labels=labels).loss
        return self.model(input_ids=ids, labels=labels).loss

    def mask(self):
        """The method's stage 2: factors frozen, `scaling` of each LoRA layer times σ(s)."""
        for p in self.factors:
            p.requires_grad_(False)
            torch.nn.init.normal_(p, std=0.02)
        s = torch.full([len(self.layers)], 4.0, device=self.factors[0].device, requires_grad=True)
        self.optimizer = torch.optim.Adam([s], lr=0.01)
        scales = [m.scaling["default"] for m in self.layers]

        def before():
            for m, scale, gamma in zip(self.layers, scales, torch.sigmoid(s)):
                m.scaling["default"] = scale * gamma

        return before

    def train(self, ids, labels, before):
        self.optimizer.zero_grad()
        before()
        loss = self.loss(ids, labels)
        loss.backward()
        if self.factors[0].requires_grad:
            torch.nn.utils.clip_grad_norm_(self.factors, 1.0)
        self.optimizer.step()
        return loss.item()


def batch(shape, rows, length, share, device):
    """ids [B,T]; labels [B,T] with -100 where a token is not supervised; the rows and labels that are."""
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(0, shape[2], (rows, length), generator=generator)
    labels = ids.clone()
    labels[:, : max(1, round(length * (1 - share)))] = -100
    kept = (labels != -100).nonzero()
    keep = kept[:, 0] * length + kept[:, 1] - 1
    return [x.to(device) for x in (ids, labels, keep, labels[labels != -100])]


def flops(shape, rows, length, supervised):
    """4 a weight and token, attention causal, the head for supervised tokens; nothing twice."""
    H, F, V, L, nh, nk, D = shape
    linear = L * (H * (2 * nh + 2 * nk) * D + 3 * H * F)
    attention = 6 * rows * length**2 * nh * D * L
    return 4 * linear * rows * length + attention + 4 * V * H * supervised


def measure(args, side, job):
    """Seconds of each timed step, and the most memory that the driver saw taken."""
    shape, device = SHAPES[args.shape], args.device
    torch.manual_seed(0)
    ids, labels, keep, said = batch(shape, args.rows, args.length, args.supervised, device)
    cuda = torch.device(device).type == "cuda"
    taken = [0]
    if cuda:
        torch.cuda.init()
        taken_before = torch.cuda.mem_get_info()

        def watch():
            while True:
                free, total = torch.cuda.mem_get_info()
                taken[0] = max(taken[0], total - free)
                time.sleep(0.01)

        threading.Thread(target=watch, daemon=True).start()
        assert taken_before[1] - taken_before[0] < 2e9, "the GPU must be free, but memory of it is taken"
    if side == "ila":
        at = Program(shape, args.precision, args.recompute, device)
        step = lambda t: at.train(ids, keep, said, 1 if job == "lora" else 2, t)
    else:
        at = Peft(shape, args.precision, args.recompute, device)
        before = at.mask() if job == "mask" else lambda: None
        step = lambda t: at.train(ids, labels, before)
    seconds, losses = [], []
    for t in range(1, WARM_UP + args.steps + 1):
        start = time.perf_counter()
        losses.append(step(t))
        if cuda:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    work = flops(shape, args.rows, args.length, len(keep))
    return {"side": side, "job": job, "seconds": seconds[WARM_UP:], "losses": losses, "taken": taken[0], "flops": work}


def check(device):
    """The same weights on both sides: relative distance of loss and gradients to PEFT's."""
    worst = {}
    for precision in ("f32", "bf16"):
        shape = SHAPES["tiny"]
        torch.manual_seed(0)
        other = Peft(shape, precision, False, device)
        weights = dict(other.model.named_parameters())
        ids, labels, keep, said = batch(shape, 2, 300, 0.6, device)

        def fill(name, *size):
            name = f"base_model.model.{name}"
            return weights.get(f"{name}.base_layer.weight", weights.get(f"{name}.weight")).detach()

        for recompute in (False, True):
            ours = Program(shape, precision, recompute, device, fill)
            at = 0
            for m, (a, b) in zip(other.layers, ours.sizes):
                with torch.no_grad():
                    m.lora_A["default"].weight.copy_(ours.delta[at : at + a].view(RANK, -1))
                    m.lora_B["default"].weight.copy_(ours.delta[at + a : at + a + b].view(-1, RANK))
                at += a + b
            other.optimizer.zero_grad()
            torch.set_grad_enabled(True)  # the program turns it off
            loss = other.loss(ids, labels)
            loss.backward()
            factors = [getattr(m, f)["default"].weight for m in other.layers for f in ("lora_A", "lora_B")]
            theirs = torch.cat([p.grad.reshape(-1).float() for p in factors])
            nll, grad = ours.step(ids, keep, said, 1)
            _, gamma = ours.step(ids, keep, said, 2)
            pieces = [n for size in ours.sizes for n in size]
            products = (grad * ours.delta).split(pieces)
            mine = torch.stack([p.sum() for p in products[1::2]])
            away = {
                "loss": abs(nll.mean() - loss).item() / loss.item(),
                "gradient of the factors": ((grad - theirs).norm() / theirs.norm()).item(),
                "gradient of the mask, by ⟨∂L/∂B, B⟩": ((gamma - mine).norm() / mine.norm()).item(),
            }
            worst[f"{precision}{', recomputed' if recompute else ''}"] = away
    print(json.dumps(worst, indent=1, ensure_ascii=False))
    ok = all(x < (1e-4 if k.startswith("f32") else 5e-2) for k, v in worst.items() for x in v.values())
    sys.exit(0 if ok else "distances must be below 1e-4 in f32 and 5e-2 in bf16")


def about(device):
    said = {"PyTorch": torch.__version__, "device": device}
    if torch.device(device).type == "cuda":
        asked = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
        said |= {"GPU": subprocess.check_output(asked, text=True).strip(), "CUDA": torch.version.cuda}
    return said


def table(args, results):
    lines = ["| job | by | tokens/s | seconds a step | of peak | memory, GB |", "|---|---|---|---|---|---|"]
    by = {}
    for r in results:
        by.setdefault((r["job"], r["side"]), []).append(r)
    for (job, side), rounds in by.items():
        seconds = [s for r in rounds for s in r["seconds"]]
        middle = statistics.median(seconds)
        share = f"{rounds[0]['flops'] / middle / args.peak:.3f}" if args.peak else ""
        taken = f"{max(r['taken'] for r in rounds) / 1e9:.2f}" if rounds[0]["taken"] else ""
        speed = args.rows * args.length / middle
        spread = f"{middle:.3f} ({min(seconds):.3f}–{max(seconds):.3f})"
        lines.append(f"| {job} | {side} | {speed:.0f} | {spread} | {share} | {taken} |")
    return "\n".join(lines)


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--check", action="store_true")
    p.add_argument("--device", default="cuda")
    p.add_argument("--shape", choices=SHAPES, default="llama-3.1-8b")
    p.add_argument("--precision", choices=["bf16", "f32", "nf4"], default="bf16")
    p.add_argument("--rows", type=int, default=4)
    p.add_argument("--length", type=int, default=2048)
    p.add_argument("--supervised", type=float, default=0.6, help="share of the tokens")
    p.add_argument("--recompute", action="store_true")
    p.add_argument("--sides", nargs="+", choices=["ila", "peft"], default=["ila", "peft"])
    p.add_argument("--jobs", nargs="+", choices=["lora", "mask"], default=["lora", "mask"])
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--steps", type=int, default=5)
    p.add_argument("--peak", type=float, default=989e12, help="the card's bf16 FLOP/s; 0: do not say")
    p.add_argument("--one", nargs=2, metavar=("SIDE", "JOB"), help="in this process, as JSON")
    args = p.parse_args()
    if args.precision == "nf4" and "peft" in args.sides and not args.one:
        p.error("--precision nf4 must come with --sides ila: PEFT's side has no NF4 here")
    return args


if __name__ == "__main__":
    args = arguments()
    if args.check:
        check(args.device)
    if args.one:
        print(json.dumps(measure(args, *args.one)))
        sys.exit()
    results = []
    for turn in range(args.rounds):
        for job in args.jobs:
            for side in args.sides if turn % 2 == 0 else args.sides[::-1]:
                line = [sys.executable, __file__, *sys.argv[1:], "--one", side, job]
                done = subprocess.run(line, capture_output=True, text=True)
                if done.returncode != 0:
                    sys.exit(f"{side} {job} failed:\n{done.stderr[-3000:]}")
                results.append(json.loads(done.stdout.strip().splitlines()[-1]))
    print(json.dumps({"about": about(args.device), "arguments": vars(args), "results": results}), file=sys.stderr)
    kind = "with" if args.recompute else "without"
    print(f"{args.shape}, {args.precision}, {args.rows} × {args.length} tokens, {kind} recomputation; {about(args.device)}\n")
    print(table(args, results))
