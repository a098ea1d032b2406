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
import io
import json
import statistics
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import torch

PROGRAM = Path(__file__).resolve().parents[1] / "lib/src/main/resources/dev/ila/torch/program.py"
OBJECT = b"\x80\x02c__torch__\nM\n)\x81}(X\x08\x00\x00\x00training\x88ub."
# hidden, intermediate, vocabulary, blocks, query heads, key heads, head size
SHAPES = {
    "llama-3.1-8b": (4096, 14336, 128256, 32, 32, 8, 128),
    "llama-2-7b": (4096, 11008, 32000, 32, 32, 32, 128),
    "smollm2-135m": (576, 1536, 49152, 30, 9, 3, 64),
    "tiny": (128, 256, 500, 3, 4, 2, 32),
}
PROJECTIONS = [f"{p}_proj" for p in ("q", "k", "v", "o", "gate", "up", "down")]
LAYERS = [f"{'mlp' if i > 3 else 'self_attn'}.{p}" for i, p in enumerate(PROJECTIONS)]
RANK, ALPHA, EPSILON, THETA = 8, 16, 1e-5, 500000.0
# Network.java's
LOGITS, HEAD_SLICE, QUERIES, COLUMNS = 30_000_000, 7_500_000, 128, 32
WARM_UP = 2


class Program:
    """program.py on a device, with random weights and LoRA on all layers."""

    def __init__(self, shape, precision, recompute, device, fill=None):
        self.shape, self.recompute, self.device = shape, recompute, device
        H, F, V, L, nh, nk, D = shape
        self.code = 6 if precision == "f32" else 15
        # On a CPU without AMX the library computes in f32; here a block is computed in the weights' type.
        self.compute = self.code
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as zip:
            zip.writestr("k/data.pkl", OBJECT)
            zip.writestr("k/code/__torch__.py", PROGRAM.read_bytes())
            zip.writestr("k/constants.pkl", b"\x80\x02).")
            zip.writestr("k/version", b"3\n")
        archive.seek(0)
        torch._C._set_graph_executor_optimize(False)
        self.module = torch.jit.load(archive, map_location=device)
        fill = fill or (lambda name, *s: torch.randn(s, device=device) * (0.02 if len(s) > 1 else 0) + (len(s) == 1))
        outputs = [nh * D, nk * D, nk * D, H, F, F, H]
        inputs = [H, H, H, nh * D, H, H, F]
        groups = [(0, 1, 2), (3,), (4, 5), (6,)]
        self.beside, self.weights = [], []
        tag = torch.zeros(1, device=device)
        self.plain("model.embed_tokens", fill, V, H)
        self.plain("model.norm", fill, H)
        self.plain("lm_head", fill, V, H)
        values, self.sizes = [], []
        for b in range(L):
            self.plain(f"model.layers.{b}.input_layernorm", fill, H)
            self.plain(f"model.layers.{b}.post_attention_layernorm", fill, H)
            for group in groups:
                K, out = inputs[group[0]], sum(outputs[l] for l in group)
                P = -(-len(group) * RANK // COLUMNS) * COLUMNS
                self.beside.append(P)
                nf4 = precision == "nf4"
                meta = [0, out, K // 16 * 9] if nf4 else [self.code, out, K + P]
                to = self.module.weight_make(tag, torch.tensor(meta))
                row = 0
                for l in group:
                    bytes = fill(f"model.layers.{b}.{LAYERS[l]}", outputs[l], K).float().contiguous()
                    put = self.module.weight_pack if nf4 else self.module.weight_put
                    put(bytes.view(-1).view(torch.uint8), to, torch.tensor([6, row, K]))
                    row += outputs[l]
                self.weights.append(to)
            for l in range(7):
                self.sizes.append((RANK * inputs[l], outputs[l] * RANK))
                values.append(torch.randn(RANK * inputs[l], device=device) * 0.02)
                values.append(torch.randn(outputs[l] * RANK, device=device) * 0.02)
        self.delta = torch.cat(values)
        self.adam = [torch.zeros_like(self.delta) for _ in range(2)]

    def plain(self, name, fill, *size):
        weight = fill(name, *size).view(-1, size[-1])
        self.weights.append(weight.to(torch.float32 if self.code == 6 else torch.bfloat16).contiguous())

    def rope(self, length):
        D = self.shape[-1]
        angles = torch.outer(torch.arange(length).float(), THETA ** (-torch.arange(0, D, 2).float() / D))
        kind = torch.float32 if self.compute == 6 else torch.bfloat16
        return [f(angles).to(self.device).to(kind) for f in (torch.cos, torch.sin)]

    def step(self, ids, keep, labels, want):
        """nll [n] of each supervised token, and the gradient: of Δθ (want 1) or of γ (want 2)."""
        H, F, V, L, nh, nk, D = self.shape
        chunk = max(16, LOGITS // V)
        dims = [nh, nk, D, L, 0, want, 0, int(self.recompute), chunk, self.compute, max(1, HEAD_SLICE // H), QUERIES]
        starts = [sum(map(sum, self.sizes[: 7 * b])) for b in range(L + 1)]
        gamma = torch.ones(7 * L, device=self.device)
        grad = torch.zeros_like(self.delta if want == 1 else gamma)
        nll = self.module.step(
            ids, keep, labels, torch.tensor(dims + starts + self.beside),
            torch.tensor([EPSILON, 1 / len(keep)], dtype=torch.float64), self.weights, self.rope(ids.size(1)),
            self.delta, torch.full([7 * L], RANK), torch.full([7 * L], ALPHA / RANK, dtype=torch.float64), gamma, grad,
        )  # fmt: skip
        return nll, grad

    def train(self, ids, keep, labels, want, t):
        nll, grad = self.step(ids, keep, labels, want)
        if want == 1:
            real = torch.tensor([2e-4, 0.9, 0.999, 1e-8, 0.0, float(t), 1.0], dtype=torch.float64)
            self.module.adamw(self.delta, grad, *self.adam, real)
        return nll.mean().item()


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
