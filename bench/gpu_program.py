"""The library's program.py on a device, driven from Python with the arguments that Network.java gives it."""

import io
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
# As dev.ila.torch.Network has them on a GPU, where attention is PyTorch's kernel: 0 queries at once.
LOGITS, HEAD_SLICE, QUERIES, COLUMNS = 30_000_000, 7_500_000, 0, 32


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
            zip.writestr("k/version", b"10\n")
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
            for columns in (1, D, H):  # biases, norms of heads, norms after a layer: a Llama has none
                self.weights.append(self.module.weight_make(tag, torch.tensor([self.code, 0, columns])))
            for l in range(7):
                self.sizes.append((RANK * inputs[l], outputs[l] * RANK))
                values.append(torch.randn(RANK * inputs[l], device=device) * 0.02)
                values.append(torch.randn(outputs[l] * RANK, device=device) * 0.02)
        types = [self.code, 6, 6, self.compute, self.code, 6]
        self.space = [self.module.weight_make(tag, torch.tensor([t, 1, 1])) for t in types]
        self.delta = torch.cat(values)
        self.s = torch.full([7 * L], 4.0, device=device)
        self.adam = {w: [torch.zeros_like(x) for _ in range(2)] for w, x in ((1, self.delta), (2, self.s))}

    def plain(self, name, fill, *size):
        weight = fill(name, *size).view(-1, size[-1])
        self.weights.append(weight.to(torch.float32 if self.code == 6 else torch.bfloat16).contiguous())

    def rope(self, length):
        D = self.shape[-1]
        angles = torch.outer(torch.arange(length).float(), THETA ** (-torch.arange(0, D, 2).float() / D))
        kind = torch.float32 if self.compute == 6 else torch.bfloat16
        return [f(angles).to(self.device).to(kind) for f in (torch.cos, torch.sin)]

    def step(self, ids, keep, labels, want, gamma=None):
        """nll [n] of each supervised token, and the gradient: of Δθ (want 1) or of γ (want 2)."""
        H, F, V, L, nh, nk, D = self.shape
        chunk = max(16, LOGITS // V)
        dims = [nh, nk, D, L, 0, want, 0, int(self.recompute), chunk, self.compute, max(1, HEAD_SLICE // H), QUERIES]
        starts = [sum(map(sum, self.sizes[: 7 * b])) for b in range(L + 1)]
        gamma = torch.ones(7 * L, device=self.device) if gamma is None else gamma
        grad = torch.zeros_like(self.delta if want == 1 else gamma)
        nll = self.module.step(
            ids, keep, labels, torch.tensor(dims + starts + self.beside + starts + [0] * L + [0, 0, F]),
            torch.tensor([EPSILON, 1 / len(keep), 1, D**-0.5, 0, 0], dtype=torch.float64),
            self.weights, self.rope(ids.size(1)),
            self.space, self.delta, torch.full([7 * L], RANK), torch.full([7 * L], ALPHA / RANK, dtype=torch.float64), gamma, grad,
        )  # fmt: skip
        return nll, grad

    def train(self, ids, keep, labels, want, t):
        gamma = torch.sigmoid(self.s) if want == 2 else None
        nll, grad = self.step(ids, keep, labels, want, gamma)
        if want == 2:
            grad *= gamma * (1 - gamma)
        rate, most = (2e-4, 1.0) if want == 1 else (0.01, 0.0)
        real = torch.tensor([rate, 0.9, 0.999, 1e-8, 0.0, float(t), most], dtype=torch.float64)
        self.module.adamw(self.delta if want == 1 else self.s, grad, *self.adam[want], real)
        return nll.mean().item()
