# The compute core: a Llama-shaped network with a masked change of its weights, and its gradients.
#
#   θ^M = θ₀ + γ ⊙ Δθ        (paper §3; γ has one entry per linear layer, here `gamma`)
#
# TorchScript, driven by dev.ila.torch.Network. Gradients are derived by hand (`back`); `reference_step`
# computes the same by autograd and is their test. Gradient recording is off unless said.
#
# Sizes:  B examples, T tokens of the longest, N = B·T rows, H hidden, F intermediate, V vocabulary,
#         D head size, nh query heads, nk key/value heads, g = nh/nk, K inputs of a matrix, P extra columns.
#
# Types:  weights and what is kept for the way back have the type of the weights, f32 or bf16. A block is
#         computed in the type `compute`: the same, or f32 where the processor's products of bf16 are slower.
#
# Arguments that many methods share:
#   ids [B,T], keep [n] rows that predict a supervised token, labels [n] that token      int64, device
#   dims: nh, nk, D, blocks, tied, want, kind, recompute, chunk, compute, slice, queries, starts, P, grads, windows, gelu, post, F    int64, CPU
#     want: 0 loss only, 1 gradient of Δθ, 2 gradient of γ
#     kind: 0 LoRA factors, 1 full difference, 2 the same of every weight, those outside the linear layers too
#     compute: number of the type      at once: chunk tokens and slice rows in the head, queries in attention (0: fused)
#     starts [blocks + 1]: where each block's part of delta begins, and the end     P [4·blocks]: see w     last: F
#     grads [blocks + 1]: the same in grad, where of kind 2 only some blocks may have a part
#     windows [blocks]: how many tokens back a token sees, itself included; 0: all
#     gelu: the gate by GeLU (tanh) instead of SiLU      post: norms after attention and feed-forward as well
#   real: norm epsilon, weight of one token's loss (1 / supervised tokens); then what the embedding and queries are
#         scaled by, and the soft-caps c·tanh(·/c) of attention's scores and of the logits, 0: none    f64, CPU
#   w: embedding [V,H], final norm [1,H], head [V,H] unless tied; then for each block
#      norm [1,H], norm [1,H], q|k|v [.,H+P], o [H,nh·D+P], gate|up [2F,H+P], down [H,F+P],  f32 or bf16
#      bias of q|k|v [.,1], norms of a head of q and of k [2,D], norms after attention and after feed-forward [2,H],
#      each with no rows where the family has none
#      The P columns right of a matrix take s·B of LoRA, so that one product gives W·x + s·B·(A·x).
#      A matrix may be NF4 instead (see `unpack`); it then gets its P columns when it is unpacked.
#   rope: cos and sin, each [≥T, D/2], and perhaps the same again for blocks with a window   compute
#   space: room that steps share (see `part`): what blocks keep, its thin part, logits, logits in the compute
#         type; with recomputation twice: the first two again, for one block at once
#   delta: per layer A [r,K] then B [out,r], flat; or per layer the difference [out,K]   f32
#     of kind 2 embedding, final norm and head come first, as in w, and a block's two norms after its layers
#   ranks [7·blocks] (kind 0), scales [7·blocks] α/r                                     CPU
#   gamma [7·blocks]                                                                     f32
#   grad: where gradients are added, like delta (want 1) or gamma (want 2)               f32
class M(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def forward(self: __torch__.M, x: Tensor) -> Tensor:
    return x

  # ---- weights: the only place where bytes of a file become numbers of the compute type

  # meta: type of dst, rows, columns
  def weight_make(self: __torch__.M, where: Tensor, meta: Tensor) -> Tensor:
    return torch.zeros([int(meta[1]), int(meta[2])], dtype=int(meta[0]), device=where.device)

  # meta: type of the bytes, first row, columns
  def weight_put(self: __torch__.M, bytes: Tensor, dst: Tensor, meta: Tensor) -> Tensor:
    k = int(meta[2])
    src = torch.view_copy(bytes, dtype=int(meta[0])).view([-1, k])
    r = int(meta[1])
    dst[r:r+src.size(0), :k] = src
    return torch.zeros([1], device=dst.device)

  # The same, 1 added
  def weight_put_more(self: __torch__.M, bytes: Tensor, dst: Tensor, meta: Tensor) -> Tensor:
    done = self.weight_put(bytes, dst, meta)
    dst[int(meta[1])].add_(1.0)
    return done

  # A copy of another width with zeros beside the inputs. meta: inputs, new width
  def weight_widen(self: __torch__.M, w: Tensor, meta: Tensor) -> Tensor:
    k = int(meta[0])
    out = torch.zeros([w.size(0), int(meta[1])], dtype=w.dtype, device=w.device)
    out[:, :k] = w[:, :k]
    return out

  # meta: inputs, first row, end, rows of each layer in it
  def weight_get(self: __torch__.M, w: Tensor, meta: Tensor) -> Tensor:
    K, lo, hi = int(meta[0]), int(meta[1]), int(meta[2])
    layers = [int(meta[3+i]) for i in range(meta.numel() - 3)]
    return self.unpack(w, K, layers, lo, hi, K, 6) if w.dtype == 0 else w[lo:hi, :K].to(6).contiguous()

  # ---- NF4 (QLoRA, arXiv 2305.14314 §3): a weight is the nearest of 16 values, in 4
  #      bits, times the largest magnitude of the 64 weights side by side to which it belongs. A matrix [out,K] is
  #      uint8 [out, K/2 + K/16]: two weights a byte, the first in its upper half, then K/64 magnitudes in f32.

  def nf4(self: __torch__.M, like: Tensor) -> Tensor:
    return torch.tensor([-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0], dtype=6, device=like.device)

  # As weight_put, for a matrix in NF4
  def weight_pack(self: __torch__.M, bytes: Tensor, dst: Tensor, meta: Tensor) -> Tensor:
    r, K = int(meta[1]), int(meta[2])
    x = torch.view_copy(bytes, dtype=int(meta[0])).to(6).view([-1, K // 64, 64])
    n = x.size(0)
    most = torch.amax(torch.abs(x), [2], True)
    values = self.nf4(dst)
    between = (values[1:] + values[:-1]) / 2
    code = torch.bucketize(x / torch.clamp_min(most, 1e-30), between, out_int32=True).view([n, K // 2, 2])
    dst[r:r+n, :K//2] = code[:, :, 0] * 16 + code[:, :, 1]
    dst[r:r+n, K//2:] = torch.view_copy(most.view([n, K // 64]), dtype=0)
    return torch.zeros([1], device=dst.device)

  # Double quantization: a matrix is a flat uint8: two weights a byte [out·K/2]; the magnitudes of 64 in an 8-bit code
  # [out·K/64]; then in f32 for each layer in it the mean, which was taken off first, and the largest of each 256.

  # The values of that code, bitsandbytes' dynamic map: 2^i of either sign up to 10^(i-6), i = 0 … 6, and 0 and 1
  def dynamic(self: __torch__.M, like: Tensor) -> Tensor:
    values = [torch.tensor([0.0, 1.0], dtype=6, device=like.device)]
    for i in range(7):
      bounds = torch.linspace(0.1, 1.0, (1 << i) + 1, dtype=6, device=like.device)
      means = (bounds[1:] + bounds[:-1]) / 2.0 * (10.0 ** (i - 6))
      values.append(means)
      values.append(torch.neg(means))
    out, order = torch.sort(torch.cat(values))
    return out

  # A matrix in NF4 once more. meta: K, rows of each layer in it
  def weight_compress(self: __torch__.M, m: Tensor, meta: Tensor) -> Tensor:
    K = int(meta[0])
    most = self.magnitudes(m, K, [m.size(0)])
    values = self.dynamic(m)
    between = (values[1:] + values[:-1]) / 2
    parts = [m[:, :K//2].reshape([-1])]
    second: List[Tensor] = []
    at = 0
    for i in range(1, meta.numel()):
      x = most[at:at+int(meta[i])].reshape([-1])
      at, n = at + int(meta[i]), x.numel()
      mean = x.mean()
      blocks = torch.zeros([(n + 255) // 256 * 256], dtype=6, device=m.device)
      blocks[:n] = x - mean
      blocks = blocks.view([-1, 256])
      top = torch.amax(torch.abs(blocks), [1], True)
      code = torch.bucketize(blocks / torch.clamp_min(top, 1e-30), between, out_int32=True)
      parts.append(code.view([-1])[:n].to(0))
      second.append(mean.view([1]))
      second.append(top.view([-1]))
    parts.append(torch.view_copy(torch.cat(second), dtype=0))
    return torch.cat(parts)

  # Magnitudes [out,K/64] in f32 of a packed matrix; layers: rows of each layer in it
  def magnitudes(self: __torch__.M, m: Tensor, K: int, layers: List[int]) -> Tensor:
    if m.dim() == 2:
      return torch.view_copy(m[:, K//2:].contiguous(), dtype=6)
    c = 0
    for o in layers:
      c += o * (K // 2)
    at = c
    for o in layers:
      at += o * (K // 64)
    second = torch.view_copy(m[at:].clone(), dtype=6)
    values = self.dynamic(m).unsqueeze(1)
    out: List[Tensor] = []
    at = 0
    for o in layers:
      n = o * (K // 64)
      b = (n + 255) // 256
      x = torch.embedding(values, m[c:c+n].to(3)).view([-1])
      x = x.mul_(second[at+1:at+1+b].repeat_interleave(256)[:n]).add_(second[at])
      out.append(x.view([o, K // 64]))
      at, c = at + 1 + b, c + n
    return torch.cat(out)

  # Rows lo to hi, or to the end if it is -1, in type ct, with zeros to their right up to `width`; rows by rows, so that little is there at once
  def unpack(self: __torch__.M, m: Tensor, K: int, layers: List[int], lo: int, hi: int, width: int, ct: int) -> Tensor:
    values = self.nf4(m)
    pairs = torch.stack([values.repeat_interleave(16), values.repeat([16])], 1)
    most = self.magnitudes(m, K, layers).unsqueeze(2)
    if hi < 0:
      hi = most.size(0)
    out = torch.empty([hi - lo, width], dtype=ct, device=m.device)
    out[:, K:] = 0
    codes = m[:, :K//2] if m.dim() == 2 else m[:most.size(0)*(K//2)].view([-1, K // 2])
    rows = max(1, 8000000 // K)
    for s in range(lo, hi, rows):
      e = min(s + rows, hi)
      x = torch.embedding(pairs, codes[s:e].to(3)).view([e - s, K // 64, 64])
      out[s-lo:e-lo, :K] = x.mul_(most[s:e]).view([e - s, K])
    return out

  def to_compute(self: __torch__.M, x: Tensor, meta: Tensor) -> Tensor:
    return x.to(int(meta[0])).clone()

  # ---- flat vectors of what is trained

  def assign(self: __torch__.M, to: Tensor, values: Tensor) -> Tensor:
    return torch.copy_(to, values)

  # meta: how many
  def vector_make(self: __torch__.M, where: Tensor, meta: Tensor) -> Tensor:
    return torch.zeros([int(meta[0])], dtype=6, device=where.device)

  def zero(self: __torch__.M, x: Tensor) -> Tensor:
    return torch.zero_(x)

  # meta: first place in `to`, first in `of`, how many
  def copy_part(self: __torch__.M, to: Tensor, of: Tensor, meta: Tensor) -> Tensor:
    a, b, n = int(meta[0]), int(meta[1]), int(meta[2])
    return to[a:a+n].copy_(of[b:b+n])

  def multiply(self: __torch__.M, x: Tensor, by: Tensor) -> Tensor:
    return x.mul_(by)

  # ---- pieces

  # x [.., D] in halves, to out of the same shape; cos, sin broadcast to [.., D/2]; sign -1: back again
  def rotate(self: __torch__.M, x: Tensor, cos: Tensor, sin: Tensor, sign: float, out: Tensor) -> Tensor:
    h = x.size(-1) // 2
    a = x[..., :h]
    b = x[..., h:]
    torch.mul(a, cos, out=out[..., :h]).addcmul_(b, sin, value=-sign)
    torch.mul(b, cos, out=out[..., h:]).addcmul_(a, sin, value=sign)
    return out

  # 1 / sqrt(mean(x²) + eps), [N,1], the mean in f32
  def inverse_rms(self: __torch__.M, x: Tensor, eps: float) -> Tensor:
    norm = torch.linalg_vector_norm(x, 2, [-1], True, dtype=6)
    return torch.rsqrt(norm.mul_(norm).div_(x.size(-1)).add_(eps))

  # RMSNorm: (x·r)·w, to out
  def norm(self: __torch__.M, x: Tensor, w: Tensor, r: Tensor, out: Tensor) -> Tensor:
    return torch.mul(x, r, out=out).mul_(w)

  # dz + r·(dh·w) − x·⟨dh·w, x⟩·r³/H; dh is overwritten
  def norm_back(self: __torch__.M, dz: Tensor, dh: Tensor, x: Tensor, w: Tensor, r: Tensor) -> Tensor:
    hw = dh.mul_(w)
    c = torch.sum(hw * x, [-1], True, dtype=6).mul_(r.pow(3)).div_(-x.size(-1))
    return torch.addcmul(dz, hw, r.to(x.dtype)).addcmul_(x, c.to(x.dtype))

  # h·wᵀ + bias, where there is one
  def linear(self: __torch__.M, h: Tensor, w: Tensor, bias: Tensor) -> Tensor:
    return torch.linear(h, w) if bias.numel() == 0 else torch.linear(h, w).add_(bias.view([-1]))

  # A place for the input h [N,K] of a product with, right of it, [N,P]: zeros until they are known, since a product of h
  # alone reads past its K columns where AMX takes 32 at a time, and what is not a number stays so times 0.
  def room(self: __torch__.M, like: Tensor, N: int, K: int, a: Tensor) -> Tensor:
    out = torch.empty([N, K + a.size(0)], dtype=like.dtype, device=like.device)
    out[:, K:] = 0
    return out

  # Of hu = [h | γ·u], the input of [W | s·B]ᵀ whose h is there, the right part; returns u = A·h. a [P,K] is the
  # stacked A, g [P] the γ of each of its rows, in f32 since bf16 has too few digits for a mask that moves by 1e-4.
  def narrow(self: __torch__.M, hu: Tensor, a: Tensor, g: Tensor) -> Tensor:
    P, K = a.size(0), a.size(1)
    u = torch.linear(hu[:, :K], a)
    if P > 0:
      torch.mul(u, g, out=hu[:, K:])
    return u

  # The gradient by h, from d, that by [h | γ·u], in its first columns
  def product_back(self: __torch__.M, d: Tensor, a: Tensor, g: Tensor) -> Tensor:
    P, K = a.size(0), a.size(1)
    dh = d[:, :K]
    if P == 0:
      return dh
    return dh.addmm_((d[:, K:] * g).to(d.dtype), a)

  # Attention's probabilities [B,nk,g·c,b] of c queries, the last of which stands at b - 1, by all keys up to it, or by
  # those in its window, if it has one. Query heads of a group stand as rows. causal [≥c,≥c]
  def probabilities(self: __torch__.M, q: Tensor, k: Tensor, c: int, causal: Tensor, window: int, real: Tensor) -> Tensor:
    B, nk, gc, b = q.size(0), q.size(1), q.size(2), k.size(2)
    p = self.scores(q, k, real)
    p.view([B, nk, gc // c, c, b])[..., b-c:].add_(causal[:c, :c])
    if window > 0 and b > window:
      p.view([B, nk, gc // c, c, b]).add_(self.too_far(c, b, window, p))
    return torch._softmax(p, -1, False, out=p)

  # Before softmax
  def scores(self: __torch__.M, q: Tensor, k: Tensor, real: Tensor) -> Tensor:
    p, cap = torch.matmul(q * float(real[3]), k.transpose(2, 3)), float(real[4])
    return p if cap == 0.0 else p.div_(cap).tanh_().mul_(cap)

  # What c queries, the last of which stands at b - 1, do not see of b keys since it is before their window: -inf [c,b]
  def too_far(self: __torch__.M, c: int, b: int, window: int, like: Tensor) -> Tensor:
    return torch.tril(torch.full([c, b], -float("inf"), dtype=like.dtype, device=like.device), b - c - window)

  # The first key that a query from t on sees
  def first_key(self: __torch__.M, t: int, window: int) -> int:
    return max(0, t - window + 1) if window > 0 else 0

  # cos and sin of block i
  def rope_of(self: __torch__.M, i: int, dims: Tensor, rope: List[Tensor]) -> List[Tensor]:
    return rope[2:] if len(rope) > 2 and self.window(i, dims) > 0 else rope[:2]

  def gelu(self: __torch__.M, dims: Tensor) -> bool:
    return int(dims[dims.numel()-3]) == 1

  def post(self: __torch__.M, dims: Tensor) -> bool:
    return int(dims[dims.numel()-2]) == 1

  # The activation of the gate, to out
  def act(self: __torch__.M, x: Tensor, dims: Tensor, out: Tensor) -> Tensor:
    return torch.gelu(x, approximate="tanh", out=out) if self.gelu(dims) else torch.silu(x, out=out)

  # x + y, or x + the norm of y, where the family has one after attention and feed-forward; n which of them
  def joined(self: __torch__.M, x: Tensor, y: Tensor, n: int, norms: Tensor, eps: float, out: Tensor) -> Tensor:
    if norms.numel() == 0:
      return torch.add(y, x, out=out)
    return self.norm(y, norms[n], self.inverse_rms(y, eps), out).add_(x)

  # The gradient by y of that, from d by the sum
  def joined_back(self: __torch__.M, d: Tensor, y: Tensor, n: int, norms: Tensor, eps: float) -> Tensor:
    if norms.numel() == 0:
      return d
    return self.norm_back(torch.zeros_like(y), d.clone(), y, norms[n], self.inverse_rms(y, eps))

  # The window of block i
  def window(self: __torch__.M, i: int, dims: Tensor) -> int:
    return int(dims[14 + 6 * int(dims[3]) + i])

  # x [B,.,T,D], each head after its norm [D] if there is one, turned; to out
  def turn(self: __torch__.M, x: Tensor, norm: Tensor, eps: float, rope: List[Tensor], out: Tensor) -> Tensor:
    if norm.numel() > 0:
      x = self.norm(x, norm, self.inverse_rms(x, eps), torch.empty_like(x))
    return self.rotate(x, rope[0], rope[1], 1.0, out)

  # Its way back: dx, from the gradient by what it gave, which is in out's place
  def turn_back(self: __torch__.M, d: Tensor, x: Tensor, norm: Tensor, eps: float, rope: List[Tensor], out: Tensor) -> Tensor:
    self.rotate(d, rope[0], rope[1], -1.0, out)
    if norm.numel() > 0:
      out.copy_(self.norm_back(torch.zeros_like(x), out.clone(), x, norm, self.inverse_rms(x, eps)))
    return out

  # Queries from a to b of all heads [B,nh,T,D], as rows of their group [B,nk,g·(b-a),D]
  def queries(self: __torch__.M, q: Tensor, a: int, b: int, nk: int) -> Tensor:
    return q[:, :, a:b].reshape([q.size(0), nk, q.size(1) // nk * (b - a), q.size(3)])

  # Attention by PyTorch's own kernel, FlashAttention on CUDA: where queries at once are 0
  def fused(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tensor:
    return torch.scaled_dot_product_attention(q, k, v, None, 0.0, True, scale=scale, enable_gqa=True)

  # Its gradients by q, k, v. The kernel runs forward once more, which is little beside a block's products.
  def fused_back(self: __torch__.M, q: Tensor, k: Tensor, v: Tensor, do: Tensor, scale: float) -> Tuple[Tensor, Tensor, Tensor]:
    torch.set_grad_enabled(True)
    x = [torch.requires_grad_(t.detach(), True) for t in [q, k, v]]
    by = torch.grad([self.fused(x[0], x[1], x[2], scale)], x, annotate(List[Optional[Tensor]], [do]))
    torch.set_grad_enabled(False)
    return (unchecked_cast(Tensor, by[0]), unchecked_cast(Tensor, by[1]), unchecked_cast(Tensor, by[2]))

  # The first n numbers of a piece of `space`, which is made longer if need be. It stays from step to step: what is
  # as large as this goes back to the system when it is freed, and comes as cleared pages again.
  def part(self: __torch__.M, space: Tensor, n: int) -> Tensor:
    if space.numel() < n:
      space.set_(torch.empty([0], dtype=space.dtype, device=space.device))
      space.set_(torch.empty([n], dtype=space.dtype, device=space.device))
    return space.view([-1])[:n]

  # Room for what `count` blocks keep, in one piece, so that between what comes and goes no holes are left:
  # [count, numbers] in the type of the weights and [count, numbers] in f32 for what is thin. If not `all`, for x alone.
  def stores(self: __torch__.M, count: int, all: bool, x: Tensor, dims: Tensor, w: List[Tensor], space: List[Tensor]) -> List[Tensor]:
    N, H, O, F = x.size(0), x.size(1), int(dims[0]) * int(dims[2]), int(dims[dims.numel()-1])
    P = 0
    for i in range(int(dims[3])):
      P = max(P, self.beside(i, 0, dims) + self.beside(i, 1, dims) + self.beside(i, 2, dims) + self.beside(i, 3, dims))
    H2 = (4 if self.post(dims) else 2) * H
    wide = N * (H2 + 2 * O + 2 * int(dims[1]) * int(dims[2]) + 2 * F) if all else N * H
    thin = N * (2 + P) if all else 0
    return [self.part(space[0], count * wide).view([count, wide]), self.part(space[1], count * thin).view([count, thin])]

  # Places for x q k v o y gate|up of a block, and what is to be normed after attention and feed-forward: in its row of `stores` if `there`, else new ones of the type of x
  def places(self: __torch__.M, row: Tensor, there: bool, x: Tensor, B: int, T: int, F: int, dims: Tensor) -> List[Tensor]:
    nh, nk, D, H = int(dims[0]), int(dims[1]), int(dims[2]), x.size(1)
    out: List[Tensor] = []
    at = 0
    n = B * T if self.post(dims) else 0
    for size in [[B * T, H], [B, nh, T, D], [B, nk, T, D], [B, nk, T, D], [B * T, nh * D], [B * T, H], [B * T, 2 * F], [n, H], [n, H]]:
      n = 1
      for s in size:
        n = n * s
      out.append(row[at:at+n].view(size) if there else torch.empty(size, dtype=x.dtype, device=x.device))
      at += n
    return out

  # ---- one block: x [N,H] → z [N,H], and what the way back needs: x q k v o y gate|up, two to be normed, 1/rms twice, four u.
  #      w, a, g as `ready` makes them. What leaves the block has gone through the type in which it is kept.
  #      room: two rows of `stores`. Without `keep` only x is kept, which is enough to compute the block again.
  #      q and k are kept as they are rotated; where a head has a norm, as they are before it.

  def block(self: __torch__.M, x: Tensor, i: int, B: int, T: int, dims: Tensor, real: Tensor, rope: List[Tensor], causal: Tensor, room: List[Tensor], keep: bool, w: List[Tensor], a: List[Tensor], g: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    nh, nk, D = int(dims[0]), int(dims[1]), int(dims[2])
    N, H, F, O, eps = x.size(0), x.size(1), w[4].size(0) // 2, nh * D, float(real[0])
    rope = self.rope_of(i, dims, rope)
    # What is kept is computed where it will stand, if nothing is to be converted.
    S = self.places(room[0], True, x, B, T, F, dims) if keep else [room[0][:x.numel()].view([N, H])]
    there = keep and x.dtype == room[0].dtype
    at = S[:] if there else self.places(room[0], False, x, B, T, F, dims)
    _, q, k, v, _, y, gu, yo, zo = at
    r1 = self.inverse_rms(x, eps)
    hu = self.room(x, N, H, a[0])
    self.norm(x, w[0], r1, hu[:, :H])
    u1 = self.narrow(hu, a[0], g[0])
    qkv = self.linear(hu, w[2], w[6]).view([B, T, nh + 2 * nk, D]).transpose(1, 2)
    v.copy_(qkv[:, nh+nk:])
    if w[7].numel() > 0:
      q.copy_(qkv[:, :nh])
      k.copy_(qkv[:, nh:nh+nk])
      q = self.turn(q, w[7][0], eps, rope, torch.empty_like(q))
      k = self.turn(k, w[7][1], eps, rope, torch.empty_like(k))
    else:
      self.rotate(qkv[:, :nh], rope[0], rope[1], 1.0, q)
      self.rotate(qkv[:, nh:nh+nk], rope[0], rope[1], 1.0, k)
    ou = self.room(x, N, O, a[1])
    o = ou[:, :O]
    # So many queries at once that their probabilities are few, and keys that come later are left out.
    c, W = causal.size(0), self.window(i, dims)
    if c == 0:
      o.view([B, T, nh, D]).copy_(self.fused(q, k, v, float(real[3])).transpose(1, 2))
    for t in range(0, T if c > 0 else 0, max(c, 1)):
      e = min(t + c, T)
      s = self.first_key(t, W)
      p = self.probabilities(self.queries(q, t, e, nk), k[:, :, s:e], e - t, causal, W, real)
      heads = torch.matmul(p, v[:, :, s:e]).view([B, nh, e - t, D])
      o.view([B, T, nh, D])[:, t:e].copy_(heads.transpose(1, 2))
    u2 = self.narrow(ou, a[1], g[1])
    out = torch.linear(ou, w[3])
    self.joined(x, out, 0, w[8], eps, y)
    if self.post(dims):
      yo.copy_(out)
    r2 = self.inverse_rms(y, eps)
    hu = self.room(x, N, H, a[2])
    self.norm(y, w[1], r2, hu[:, :H])
    u3 = self.narrow(hu, a[2], g[2])
    torch.mm(hu, w[4].t(), out=gu)
    mu = self.room(x, N, F, a[3])
    self.act(gu[:, :F], dims, mu[:, :F]).mul_(gu[:, F:])
    u4 = self.narrow(mu, a[3], g[3])
    out = torch.linear(mu, w[5])
    if self.post(dims):
      zo.copy_(out)
    z = self.joined(y, out, 1, w[8], eps, out).to(room[0].dtype).to(x.dtype)
    at[0], at[4] = x, o
    for j in range(len(S)):
      if j == 0 or j == 4 or not there:
        S[j].copy_(at[j])
    n = 0
    for t in [r1, r2, u1, u2, u3, u4] if keep else []:
      S.append(room[1][n:n+t.numel()].view(t.size()).copy_(t))
      n += t.numel()
    return (z, S)

  # dz [N,H] → dx. If `learns`, adds the gradients of block i to grad, each as soon as it can be, so that little
  # is there at once. change: delta, ranks, scales, gamma, grad
  def back(self: __torch__.M, dz: Tensor, B: int, T: int, i: int, dims: Tensor, real: Tensor, rope: List[Tensor], causal: Tensor, w: List[Tensor], a: List[Tensor], g: List[Tensor], S: List[Tensor], change: List[Tensor], learns: bool) -> Tensor:
    nh, nk, D = int(dims[0]), int(dims[1]), int(dims[2])
    N, H, F, eps = dz.size(0), dz.size(1), w[4].size(0) // 2, float(real[0])
    rope = self.rope_of(i, dims, rope)
    inputs = learns and (int(dims[5]) == 1 or int(dims[6]) > 0)
    norms = learns and int(dims[5]) == 1 and int(dims[6]) == 2
    ct = dz.dtype
    x, q, k, v, o, y, gu, yo, zo, r1, r2, u1, u2, u3, u4 = S
    gu = gu.to(ct)
    gate, up = gu[:, :F], gu[:, F:]
    dzo = self.joined_back(dz, zo.to(ct), 1, w[8], eps)
    d = torch.matmul(dzo, w[5])
    dm = self.product_back(d, a[3], g[3])
    act = self.act(gate, dims, torch.empty_like(gate))
    dgu = torch.empty_like(gu)
    torch.mul(dm, act, out=dgu[:, F:])
    if self.gelu(dims):
      torch.gelu_backward(dm.mul_(up), gate, approximate="tanh", grad_input=dgu[:, :F])
    else:
      torch.silu_backward(dm.mul_(up), gate, grad_input=dgu[:, :F])
    if learns:
      self.gradient(3, i, dims, change, w, g, dzo, d, act.mul_(up) if inputs else act, u4)
    y = y.to(ct)
    d = torch.matmul(dgu, w[4])
    dh = self.product_back(d, a[2], g[2])
    if learns:
      h = self.norm(y, w[1], r2, torch.empty_like(y)) if inputs else y
      self.gradient(2, i, dims, change, w, g, dgu, d, h, u3)
    if norms:
      self.norm_gradient(self.norm_part(change[4], i, 1, dims, H), dh, y, r2)
    dy = self.norm_back(dz, dh, y, w[1], r2)
    dyo = self.joined_back(dy, yo.to(ct), 0, w[8], eps)
    d = torch.matmul(dyo, w[3])
    do = self.product_back(d, a[1], g[1])
    if learns:
      self.gradient(1, i, dims, change, w, g, dyo, d, o.to(ct) if inputs else dyo, u2)
    do = do.view([B, T, nh, D]).transpose(1, 2)
    q, k, v = q.to(ct), k.to(ct), v.to(ct)
    before = [q, k]
    qn, kn = w[7][:1].view([-1]), w[7][1:].view([-1])
    if w[7].numel() > 0:
      q = self.turn(q, qn, eps, rope, torch.empty_like(q))
      k = self.turn(k, kn, eps, rope, torch.empty_like(k))
    dq, dk, dv = torch.empty_like(q), torch.zeros_like(k, dtype=6), torch.zeros_like(v, dtype=6)
    c, W = causal.size(0), self.window(i, dims)
    if c == 0:
      dq, dk, dv = self.fused_back(q, k, v, do, float(real[3]))
    for t in range(0, T if c > 0 else 0, max(c, 1)):
      e = min(t + c, T)
      s = self.first_key(t, W)
      qc, kc, doc = self.queries(q, t, e, nk), k[:, :, s:e], self.queries(do, t, e, nk)
      p = self.probabilities(qc, kc, e - t, causal, W, real)
      dp = torch.matmul(doc, v[:, :, s:e].transpose(2, 3))
      dv[:, :, s:e] += torch.matmul(p.transpose(2, 3), doc)
      ds = torch._softmax_backward_data(dp, p, -1, ct, grad_input=dp)
      if float(real[4]) > 0.0:
        ds.addcmul_(ds, self.scores(qc, kc, real).div_(float(real[4])).square_(), value=-1.0)
      dq[:, :, t:e] = torch.matmul(ds, kc).view([B, nh, e - t, D])
      dk[:, :, s:e] += torch.matmul(ds.transpose(2, 3), qc)
    if c > 0:
      dq.mul_(float(real[3]))
      dk.mul_(float(real[3]))
    dqkv = torch.empty([N, (nh + 2 * nk) * D], dtype=ct, device=dz.device)
    heads = dqkv.view([B, T, nh + 2 * nk, D]).transpose(1, 2)
    self.turn_back(dq, before[0], qn, eps, rope, heads[:, :nh])
    self.turn_back(dk.to(ct), before[1], kn, eps, rope, heads[:, nh:nh+nk])
    heads[:, nh+nk:] = dv
    x = x.to(ct)
    d = torch.matmul(dqkv, w[2])
    dh = self.product_back(d, a[0], g[0])
    if learns:
      h = self.norm(x, w[0], r1, torch.empty_like(x)) if inputs else x
      self.gradient(0, i, dims, change, w, g, dqkv, d, h, u1)
    if norms:
      self.norm_gradient(self.norm_part(change[4], i, 0, dims, H), dh, x, r1)
    return self.norm_back(dy, dh, x, w[0], r1)

  # ---- the head: loss of each supervised token and the gradient by its hidden state, chunk by chunk of tokens,
  #      so that logits never stand for all of them, in one place; a head of another type is converted slice by
  #      slice of the vocabulary, and so is one with a change [V,H]; grad [V,H] takes its gradient. Both may be empty.

  def head(self: __torch__.M, h: Tensor, head: Tensor, change: Tensor, grad: Tensor, labels: Tensor, chunk: int, slice: int, cap: float, weight: float, want: int, space: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n, V = h.size(0), head.size(0)
    rows = V if head.dtype == h.dtype and change.numel() == 0 else slice
    dh = torch.zeros_like(h) if want > 0 else h
    nll = torch.empty([n], dtype=6, device=h.device)
    room = self.part(space[2], min(chunk, n) * V).view([-1, V])
    half = room if h.dtype == room.dtype else self.part(space[3], min(chunk, n) * V).view([-1, V])
    for c in range((n + chunk - 1) // chunk):
      i = c * chunk
      hc = h[i:i+chunk]
      y = labels[i:i+chunk].unsqueeze(1)
      x = room[:hc.size(0)]
      for s in range((V + rows - 1) // rows):
        part = self.changed(head[s*rows:(s+1)*rows], change[s*rows:(s+1)*rows], h.dtype)
        torch.mm(hc, part.t(), out=half[:hc.size(0), s*rows:(s+1)*rows])
      if h.dtype != x.dtype:
        x.copy_(half[:hc.size(0)])
      if cap > 0.0:
        x.div_(cap).tanh_().mul_(cap)
      flat = x.div(cap).square_() if cap > 0.0 and want > 0 else x[:0]
      x.sub_(torch.amax(x, [-1], True))
      said = torch.gather(x, 1, y)
      total = torch.sum(x.exp_(), [-1], True)
      nll[i:i+chunk] = torch.sub(torch.log(total), said).squeeze(1)
      if want > 0:
        x.mul_(torch.reciprocal(total).mul_(weight))
        torch.scatter_add_(x, 1, y, torch.full_like(said, -weight))
        if cap > 0.0:
          x.addcmul_(x, flat, value=-1.0)
        if h.dtype != x.dtype:
          x = half[:hc.size(0)].copy_(x)
        for s in range((V + rows - 1) // rows):
          part = self.changed(head[s*rows:(s+1)*rows], change[s*rows:(s+1)*rows], h.dtype)
          dh[i:i+chunk].addmm_(x[:, s*rows:(s+1)*rows], part)
          if grad.numel() > 0:
            grad[s*rows:(s+1)*rows].add_(torch.matmul(x[:, s*rows:(s+1)*rows].t(), hc))
    return (nll, dh)

  # ---- what is outside the linear layers, where it has a change

  # In type ct; the sum, if there is a change, in f32 before
  def changed(self: __torch__.M, w: Tensor, change: Tensor, ct: int) -> Tensor:
    return w.to(ct) if change.numel() == 0 else (w.to(6) + change).to(ct)

  # The parts of delta or grad for embedding [V,H], final norm [1,H] and head [V,H]; empty if there are none
  def outside(self: __torch__.M, flat: Tensor, dims: Tensor, w: List[Tensor]) -> List[Tensor]:
    V, H = w[0].size(0), w[0].size(1)
    n = V * H
    if int(dims[6]) < 2:
      return [flat[:0], flat[:0], flat[:0]]
    embedding = flat[:n].view([V, H])
    head = embedding if int(dims[4]) == 1 else flat[n+H:n+H+n].view([V, H])
    return [embedding, flat[n:n+H].view([1, H]), head]

  # x [N,H] before the first block, in type ct
  def embed(self: __torch__.M, ids: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], delta: Tensor) -> Tensor:
    x = torch.embedding(w[0], ids.view([-1]))
    if int(dims[6]) == 2:
      x = x.to(6) + torch.embedding(self.outside(delta, dims, w)[0], ids.view([-1]))
    if float(real[2]) != 1.0:
      x = x * self.scale_of_embedding(real, w).to(x.dtype)
    # As what leaves a block: a block is computed again from what is kept in the weights' type.
    return x.to(w[0].dtype).to(int(dims[9]))

  # Rounded to the weights' type, as transformers has it
  def scale_of_embedding(self: __torch__.M, real: Tensor, w: List[Tensor]) -> Tensor:
    return torch.tensor([float(real[2])], dtype=w[0].dtype, device=w[0].device)

  # The head without its change, and that
  def top(self: __torch__.M, dims: Tensor, w: List[Tensor], delta: Tensor) -> Tuple[Tensor, Tensor]:
    return (w[0] if int(dims[4]) == 1 else w[2], self.outside(delta, dims, w)[2])

  # The final norm of x
  def last(self: __torch__.M, x: Tensor, dims: Tensor, eps: float, w: List[Tensor], delta: Tensor) -> Tensor:
    norm = self.changed(w[1], self.outside(delta, dims, w)[1], x.dtype)
    return self.norm(x, norm, self.inverse_rms(x, eps), torch.empty_like(x))

  # Adds the gradient of a norm's weight to grad [1,H]; dh by its output, x its input, r 1/rms
  def norm_gradient(self: __torch__.M, grad: Tensor, dh: Tensor, x: Tensor, r: Tensor) -> None:
    grad.add_((dh.to(6) * x * r).sum([0], True))

  # The part of grad for norm n, 0 or 1, of block i
  def norm_part(self: __torch__.M, grad: Tensor, i: int, n: int, dims: Tensor, H: int) -> Tensor:
    end = int(dims[14+5*int(dims[3])+i])
    return grad[end-(2-n)*H:end-(1-n)*H].view([1, H])

  # ---- Δθ of one block, made ready: weights, stacked A, γ by row, for each of the four products

  def parts(self: __torch__.M, j: int) -> Tuple[int, int]:
    # layers q k v | o | gate up | down
    if j == 0:
      return (0, 3)
    elif j == 1:
      return (3, 4)
    elif j == 2:
      return (4, 6)
    return (6, 7)

  # Columns beside matrix j of block i
  def beside(self: __torch__.M, i: int, j: int, dims: Tensor) -> int:
    return int(dims[13 + int(dims[3]) + 4 * i + j])

  # Rows of layer l of the block (0 q … 6 down)
  def outputs(self: __torch__.M, l: int, dims: Tensor, w: List[Tensor]) -> int:
    if l == 0:
      return int(dims[0]) * int(dims[2])
    elif l == 1 or l == 2:
      return int(dims[1]) * int(dims[2])
    elif l == 4 or l == 5:
      return int(dims[dims.numel()-1])
    return w[0].size(-1)

  # Rows of layers lo to hi
  def layer_rows(self: __torch__.M, lo: int, hi: int, dims: Tensor, w: List[Tensor]) -> List[int]:
    out: List[int] = []
    for l in range(lo, hi):
      out.append(self.outputs(l, dims, w))
    return out

  def inputs(self: __torch__.M, l: int, dims: Tensor, w: List[Tensor]) -> int:
    if l == 3:
      return int(dims[0]) * int(dims[2])
    elif l == 6:
      return int(dims[dims.numel()-1])
    return w[0].size(-1)

  # The weights of block i in compute type with Δθ, and for each of the four products the stacked A and γ
  # by row. LoRA: s·B goes into the columns of the weights.
  def ready(self: __torch__.M, i: int, dims: Tensor, w: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor) -> Tuple[List[Tensor], List[Tensor], List[Tensor]]:
    kind, ct, at = int(dims[6]), int(dims[9]), int(dims[12+i])
    first = len(w) - 9 * int(dims[3]) + 9 * i
    H, end = w[first].size(1), int(dims[13+i])
    norms = delta[end-2*H:end] if kind == 2 else delta[:0]
    out = [self.changed(w[first+n], norms[n*H:(n+1)*H], ct) for n in range(2)]
    a: List[Tensor] = []
    g: List[Tensor] = []
    for j in range(4):
      lo, hi = self.parts(j)
      m = w[first+2+j]
      K = self.inputs(lo, dims, w[first:first+9])
      P = self.beside(i, j, dims) if kind == 0 else 0
      # In f32 where a difference is added, and untouched where none is.
      added = False
      for l in range(lo, hi):
        added = added or (kind > 0 and int(ranks[7*i+l]) > 0)
      if m.dtype == 0:
        m = self.unpack(m, K, self.layer_rows(lo, hi, dims, w[first:first+9]), 0, -1, K + P, 6 if added else ct)
      elif kind == 0:
        m = m.to(ct)
      else:
        m = m[:, :K].to(6, copy=True) if added else m[:, :K].to(ct)
      A = torch.zeros([P, K], dtype=ct, device=delta.device)
      G = torch.ones([P], dtype=6, device=delta.device)
      c = 0
      row = 0
      for l in range(lo, hi):
        o = self.outputs(l, dims, w[first:first+9])
        if kind == 0:
          r = int(ranks[7*i+l])
          A[c:c+r] = delta[at:at+r*K].view([r, K])
          at = at + r * K
          m[row:row+o, K+c:K+c+r] = delta[at:at+o*r].view([o, r]) * float(scales[7*i+l])
          G[c:c+r] = gamma[7*i+l]
          at = at + o * r
          c = c + r
        elif int(ranks[7*i+l]) > 0:
          m[row:row+o] += delta[at:at+o*K].view([o, K]) * gamma[7*i+l]
          at = at + o * K
        row = row + o
      out.append(m.to(ct))
      a.append(A)
      g.append(G)
    return (out + [w[first+6].to(ct), w[first+7].to(ct), w[first+8].to(ct)], a, g)

  # Adds the gradients of product j of block i to grad. dY by its output, dX by its wide input, h its input (not
  # read for LoRA's mask), u.
  #   LoRA:  dA = γ·(dY·sB)ᵀ·h   dB = s·dYᵀ·(γ·u)   dγ = ⟨dY·sB, u⟩        full:  dΔ = γ·dYᵀ·h   dγ = ⟨dYᵀ·h, Δ⟩
  def gradient(self: __torch__.M, j: int, i: int, dims: Tensor, change: List[Tensor], w: List[Tensor], g: List[Tensor], dY: Tensor, dX: Tensor, h: Tensor, u: Tensor) -> None:
    delta, ranks, scales, gamma, grad = change
    want, kind, at = int(dims[5]), int(dims[6]), int(dims[12+i])
    to = int(dims[13+5*int(dims[3])+i]) - at      # from a place in delta to that in grad
    lo, hi = self.parts(j)
    for l in range(lo):
      K, out = self.inputs(l, dims, w), self.outputs(l, dims, w)
      at = at + int(ranks[7*i+l]) * (K * out if kind > 0 else K + out)
    K = self.inputs(lo, dims, w)
    c = 0
    row = 0
    if kind == 0 and want == 2:
      s = (dX[:, K:].to(6) * u.to(6)).sum([0])                       # [P]
      for l in range(lo, hi):
        r = int(ranks[7*i+l])
        grad[7*i+l] += s[c:c+r].sum()
        c = c + r
    elif kind == 0:
      dA = torch.matmul((dX[:, K:] * g[j]).to(h.dtype).t(), h)       # [P,K]
      gu = (u * g[j]).to(h.dtype)
      for l in range(lo, hi):
        r = int(ranks[7*i+l])
        out = self.outputs(l, dims, w)
        grad[at:at+r*K] += dA[c:c+r].reshape([-1])
        at = at + r * K
        if r > 0:
          # As its transpose, which is the faster way round for few columns.
          dB = torch.matmul(gu[:, c:c+r].t(), dY[:, row:row+out])
          grad[at:at+out*r].view([out, r]).add_(dB.t(), alpha=float(scales[7*i+l]))
        at = at + out * r
        c = c + r
        row = row + out
    else:
      for l in range(lo, hi):
        out = self.outputs(l, dims, w)
        if int(ranks[7*i+l]) > 0:
          dW = torch.matmul(dY[:, row:row+out].t(), h).to(6).reshape([-1])
          if want == 2:
            grad[7*i+l] += torch.dot(dW, delta[at:at+out*K].to(6))
          else:
            grad[at+to:at+to+out*K] += dW * gamma[7*i+l]
          at = at + out * K
        row = row + out

  def mask(self: __torch__.M, T: int, like: Tensor) -> Tensor:
    return torch.triu(torch.full([T, T], -float("inf"), dtype=like.dtype, device=like.device), 1)

  # x [N,H] before the first block, cos and sin, the causal mask of as many queries as come at once
  def begin(self: __torch__.M, ids: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], delta: Tensor) -> Tuple[Tensor, List[Tensor], Tensor]:
    T = ids.size(1)
    x = self.embed(ids, dims, real, w, delta)
    # PyTorch's own attention knows no window and no soft-cap.
    queries = 128 if int(dims[11]) == 0 and float(real[4]) > 0.0 else int(dims[11])
    for i in range(int(dims[3])):
      if queries == 0 and self.window(i, dims) > 0 and T > self.window(i, dims):
        queries = 128
    return (x, [r[:T] for r in rope], self.mask(min(T, queries), x))

  # ---- forward to the rows in keep, after the final norm

  def hidden(self: __torch__.M, ids: Tensor, keep: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor) -> Tensor:
    B, T, eps = ids.size(0), ids.size(1), float(real[0])
    x, rope, causal = self.begin(ids, dims, real, w, rope, delta)
    wide, thin = self.stores(1, False, x, dims, w, space)
    for i in range(int(dims[3])):
      wi, a, g = self.ready(i, dims, w, delta, ranks, scales, gamma)
      x, S = self.block(x, i, B, T, dims, real, rope, causal, [wide[0], thin[0]], False, wi, a, g)
    return self.last(x.index_select(0, keep), dims, eps, w, delta)

  # Whether block i has a part in Δθ
  def changes(self: __torch__.M, i: int, dims: Tensor) -> bool:
    return int(dims[12+i]) < int(dims[13+i])

  # Whether something of it is to be learned
  def learns(self: __torch__.M, i: int, dims: Tensor) -> bool:
    at = 13 + 5 * int(dims[3]) + i
    return self.changes(i, dims) if int(dims[5]) == 2 else int(dims[at]) < int(dims[at+1])

  # Logits [n,V] in f32
  def logits(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    h = self.hidden(ids, keep, dims, real, w, rope, space, delta, ranks, scales, gamma)
    head, change = self.top(dims, w, delta)
    x, cap = torch.linear(h, self.changed(head, change, h.dtype)).to(6), float(real[5])
    return x if cap == 0.0 else x.div_(cap).tanh_().mul_(cap)

  # For each block the sum over the rows in keep of 1 − the cosine of what goes in and what comes out, [blocks] in f32
  def turned(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    B, T, L = ids.size(0), ids.size(1), int(dims[3])
    x, rope, causal = self.begin(ids, dims, real, w, rope, delta)
    wide, thin = self.stores(1, False, x, dims, w, space)
    sums: List[Tensor] = []
    for i in range(L):
      before = x.index_select(0, keep).to(6)
      wi, a, g = self.ready(i, dims, w, delta, ranks, scales, gamma)
      x, S = self.block(x, i, B, T, dims, real, rope, causal, [wide[0], thin[0]], False, wi, a, g)
      sums.append((1.0 - torch.cosine_similarity(before, x.index_select(0, keep).to(6))).sum())
    return torch.stack(sums)

  # ---- several masks at once. masks [M, 7·blocks]; below the first block in which a mask differs from gamma, blocks
  #      give for it what they give for gamma, and are computed once.
  #      apart 0: loss of each label, [M,n] in nats. 1: Kullback-Leibler divergence of what a mask says from what gamma
  #      says, [M,n] in nats
  def masked(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, masks: Tensor, apart: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    B, T, L, M, eps = ids.size(0), ids.size(1), int(dims[3]), masks.size(0), float(real[0])
    first: List[int] = []
    for m in range(M):
      b = 0
      while b < L and torch.equal(masks[m, 7*b:7*b+7], gamma[7*b:7*b+7]):
        b += 1
      first.append(b)
    head, change = self.top(dims, w, delta)
    out = torch.zeros([M, keep.numel()], dtype=6, device=ids.device)
    said = keep
    if int(apart[0]) == 1:
      said = self.hidden(ids, keep, dims, real, w, rope, space, delta, ranks, scales, gamma)
    x, rope, causal = self.begin(ids, dims, real, w, rope, delta)
    wide, thin = self.stores(1, False, x, dims, w, space)
    end = max(first)
    for i in range(end + 1):
      for m in range(M):
        y = x
        for j in range(i, L if first[m] == i else i):
          wi, a, g = self.ready(j, dims, w, delta, ranks, scales, masks[m])
          y, S = self.block(y, j, B, T, dims, real, rope, causal, [wide[0], thin[0]], False, wi, a, g)
        if first[m] == i:
          h = self.last(y.index_select(0, keep), dims, eps, w, delta)
          if int(apart[0]) == 1:
            out[m] = self.divergence(said, h, self.changed(head, change, h.dtype), int(dims[8]), float(real[5]))
          else:
            nll, dh = self.head(h, head, change, change[:0], labels, int(dims[8]), int(dims[10]), float(real[5]), 0.0, 0, space)
            out[m] = nll
      if i < end:
        wi, a, g = self.ready(i, dims, w, delta, ranks, scales, gamma)
        x, S = self.block(x, i, B, T, dims, real, rope, causal, [wide[0], thin[0]], False, wi, a, g)
    return out

  # log p [n,V] in f32 of some hidden states after the final norm
  def log_said(self: __torch__.M, h: Tensor, head: Tensor, cap: float) -> Tensor:
    x = torch.linear(h, head).to(6)
    if cap > 0.0:
      x = x.div_(cap).tanh_().mul_(cap)
    return torch.log_softmax(x, -1)

  # Σ p·(log p − log q) of what two hidden states say, [n]; chunk tokens at once
  def divergence(self: __torch__.M, p: Tensor, q: Tensor, head: Tensor, chunk: int, cap: float) -> Tensor:
    out: List[Tensor] = []
    for s in range(0, p.size(0), chunk):
      a, b = self.log_said(p[s:s+chunk], head, cap), self.log_said(q[s:s+chunk], head, cap)
      out.append((torch.exp(a) * (a - b)).sum([-1]))
    return torch.cat(out)

  # For each row in keep a token drawn from what the model says: the first at which the sum of probabilities is
  # above draws [n], numbers from 0 to 1 in f32. int64 [n]
  def drawn(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, draws: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    h = self.hidden(ids, keep, dims, real, w, rope, space, delta, ranks, scales, gamma)
    head, change = self.top(dims, w, delta)
    head = self.changed(head, change, h.dtype)
    out: List[Tensor] = []
    for s in range(0, h.size(0), int(dims[8])):
      sums = torch.cumsum(torch.exp(self.log_said(h[s:s+int(dims[8])], head, float(real[5])).to(7)), -1)
      sums = torch.div(sums, sums[:, -1:])
      at = torch.searchsorted(sums, draws[s:s+int(dims[8])].to(7).unsqueeze(1), right=True).squeeze(1)
      out.append(torch.clamp_max(at, head.size(0) - 1))
    return torch.cat(out)

  # ---- texts that grow: the keys and values of what was read stay in a cache, so that only what comes new is computed
  #   ids [B,T] of what comes, padded on the right      past [B] tokens of each text that were read before      int64, device
  #   upto: places of the cache that are looked at, as many as the longest text has after this                 int64, CPU
  #   cache: keys and values, each [blocks,B,nk,C,D] in compute type; the last place takes what is padded, never read

  def cache_make(self: __torch__.M, where: Tensor, meta: Tensor) -> Tensor:
    return torch.zeros([int(meta[1]), int(meta[2]), int(meta[3]), int(meta[4]), int(meta[5])], dtype=int(meta[0]), device=where.device)

  # The texts of these rows, with room for so many tokens. meta: that number
  def cache_select(self: __torch__.M, cache: Tensor, rows: Tensor, meta: Tensor) -> Tensor:
    c = min(cache.size(3), int(meta[0]))
    out = torch.zeros([cache.size(0), rows.size(0), cache.size(2), int(meta[0]), cache.size(4)], dtype=cache.dtype, device=cache.device)
    out[:, :, :, :c] = cache[:, :, :, :c].index_select(1, rows)
    return out

  # As `block`, for what comes new of each text; block i's keys and values go into the cache. hidden [B,T,L]: what a
  # token does not see, -inf
  def block_further(self: __torch__.M, x: Tensor, i: int, L: int, dims: Tensor, real: Tensor, rope: List[Tensor], at: Tensor, hidden: Tensor, cache: List[Tensor], w: List[Tensor], a: List[Tensor], g: List[Tensor]) -> Tensor:
    nh, nk, D, B, T = int(dims[0]), int(dims[1]), int(dims[2]), at.size(0), at.size(1)
    N, H, F, eps = x.size(0), x.size(1), w[4].size(0) // 2, float(real[0])
    rope = self.rope_of(i, dims, rope)
    hu = self.room(x, N, H, a[0])
    self.norm(x, w[0], self.inverse_rms(x, eps), hu[:, :H])
    self.narrow(hu, a[0], g[0])
    qkv = self.linear(hu, w[2], w[6]).view([B, T, nh + 2 * nk, D]).transpose(1, 2)
    qk = torch.empty([B, nh + nk, T, D], dtype=x.dtype, device=x.device)
    self.turn(qkv[:, :nh], w[7][:1].view([-1]), eps, rope, qk[:, :nh])
    self.turn(qkv[:, nh:nh+nk], w[7][1:].view([-1]), eps, rope, qk[:, nh:])
    place = at.view([B, 1, T, 1]).expand([B, nk, T, D])
    cache[0][i].scatter_(2, place, qk[:, nh:])
    cache[1][i].scatter_(2, place, qkv[:, nh+nk:])
    p = self.scores(qk[:, :nh].reshape([B, nk, nh // nk * T, D]), cache[0][i][:, :, :L], real)
    p.view([B, nh, T, L]).add_(hidden.unsqueeze(1))
    o = torch.matmul(torch._softmax(p, -1, False, out=p), cache[1][i][:, :, :L]).view([B, nh, T, D])
    ou = self.room(x, N, nh * D, a[1])
    ou[:, :nh*D].view([B, T, nh, D]).copy_(o.transpose(1, 2))
    self.narrow(ou, a[1], g[1])
    y = self.joined(x, torch.linear(ou, w[3]), 0, w[8], eps, torch.empty_like(x))
    hu = self.room(x, N, H, a[2])
    self.norm(y, w[1], self.inverse_rms(y, eps), hu[:, :H])
    self.narrow(hu, a[2], g[2])
    gu = torch.linear(hu, w[4])
    mu = self.room(x, N, F, a[3])
    self.act(gu[:, :F], dims, mu[:, :F]).mul_(gu[:, F:])
    self.narrow(mu, a[3], g[3])
    return self.joined(y, torch.linear(mu, w[5]), 1, w[8], eps, torch.empty_like(y))

  # To the rows in keep, after the final norm
  def hidden_further(self: __torch__.M, ids: Tensor, keep: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, past: Tensor, upto: Tensor, cache: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(False)
    B, T, L, eps = ids.size(0), ids.size(1), int(upto[0]), float(real[0])
    at = torch.clamp_max(past.unsqueeze(1) + torch.arange(T, device=ids.device), cache[0].size(3) - 1)
    x = self.embed(ids, dims, real, w, delta)
    later = torch.arange(L, device=ids.device) > at.unsqueeze(2)
    hidden = torch.zeros([B, T, L], dtype=x.dtype, device=x.device).masked_fill_(later, -float("inf"))
    turn = [r[at].unsqueeze(1) for r in rope]
    for i in range(int(dims[3])):
      wi, a, g = self.ready(i, dims, w, delta, ranks, scales, gamma)
      W = self.window(i, dims)
      seen = hidden
      if W > 0 and L > W:
        seen = hidden.masked_fill(torch.arange(L, device=ids.device) <= torch.clamp_max(at, L - 1).unsqueeze(2) - W, -float("inf"))
      x = self.block_further(x, i, L, dims, real, turn, at, seen, cache, wi, a, g)
    return self.last(x.index_select(0, keep), dims, eps, w, delta)

  # Loss of each label [n] in nats
  def loss_further(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, past: Tensor, upto: Tensor, cache: List[Tensor]) -> Tensor:
    h = self.hidden_further(ids, keep, dims, real, w, rope, delta, ranks, scales, gamma, past, upto, cache)
    head, change = self.top(dims, w, delta)
    nll, dh = self.head(h, head, change, change[:0], labels, int(dims[8]), int(dims[10]), float(real[5]), 0.0, 0, space)
    return nll

  # The likeliest next token [n], int64
  def next_further(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, past: Tensor, upto: Tensor, cache: List[Tensor]) -> Tensor:
    h = self.hidden_further(ids, keep, dims, real, w, rope, delta, ranks, scales, gamma, past, upto, cache)
    head, change = self.top(dims, w, delta)
    head = self.changed(head, change, h.dtype)
    out: List[Tensor] = []
    for s in range(0, h.size(0), int(dims[8])):
      out.append(torch.argmax(torch.linear(h[s:s+int(dims[8])], head), -1))
    return torch.cat(out)

  # ---- one training step: loss of each supervised token [n] in nats; gradients are added to grad

  def step(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, grad: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    B, T, L = ids.size(0), ids.size(1), int(dims[3])
    want, recompute, change = int(dims[5]), int(dims[7]), [delta, ranks, scales, gamma, grad]
    eps, weight = float(real[0]), float(real[1])
    head, more = self.top(dims, w, delta)
    if want == 0:
      h = self.hidden(ids, keep, dims, real, w, rope, space, delta, ranks, scales, gamma)
      nll, dh = self.head(h, head, more, more[:0], labels, int(dims[8]), int(dims[10]), float(real[5]), weight, 0, space)
      return nll
    x, rope, causal = self.begin(ids, dims, real, w, rope, delta)
    ct = x.dtype
    outside = self.outside(grad, dims, w) if want == 1 else [grad[:0], grad[:0], grad[:0]]
    # Below the first block with a change nothing is to be learned, and nothing is kept.
    first = 0
    while first < L - 1 and not self.learns(first, dims) and outside[0].numel() == 0:
      first += 1
    wide, thin = self.stores(L - first, recompute == 0, x, dims, w, space)
    saved: List[List[Tensor]] = []
    for i in range(L):
      wi, a, g = self.ready(i, dims, w, delta, ranks, scales, gamma)
      j = max(0, i - first)
      x, S = self.block(x, i, B, T, dims, real, rope, causal, [wide[j], thin[j]], i >= first and recompute == 0, wi, a, g)
      saved.append(S if i >= first else [])
    xk = x.index_select(0, keep)
    r, norm = self.inverse_rms(xk, eps), self.changed(w[1], self.outside(delta, dims, w)[1], ct)
    nll, dh = self.head(self.norm(xk, norm, r, torch.empty_like(xk)), head, more, outside[2], labels, int(dims[8]), int(dims[10]), float(real[5]), weight, want, space)
    if outside[1].numel() > 0:
      self.norm_gradient(outside[1], dh, xk, r)
    dxk = self.norm_back(torch.zeros_like(xk), dh, xk, norm, r)
    dx = torch.zeros_like(x).index_copy_(0, keep, dxk)
    again = self.stores(recompute, True, x, dims, w, space[4:])
    for ii in range(L - first):
      i = L - 1 - ii
      wi, a, g = self.ready(i, dims, w, delta, ranks, scales, gamma)
      S = saved[i]
      if recompute == 1:
        z, S = self.block(S[0].to(ct), i, B, T, dims, real, rope, causal, [again[0][0], again[1][0]], True, wi, a, g)
      saved[i] = []
      dx = self.back(dx, B, T, i, dims, real, rope, causal, wi, a, g, S, change, self.learns(i, dims))
    if outside[0].numel() > 0:
      outside[0].index_add_(0, ids.view([-1]), dx.to(6).mul_(self.scale_of_embedding(real, w).to(6)))
    return nll

  # ---- the same by autograd, written as plainly as can be: the test of everything above

  def reference_rotate(self: __torch__.M, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    h = x.size(-1) // 2
    a = x[..., :h]
    b = x[..., h:]
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

  def reference_step(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], space: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, grad: Tensor) -> Tensor:
    torch.set_grad_enabled(True)
    B, T, L = ids.size(0), ids.size(1), int(dims[3])
    nh, nk, D = int(dims[0]), int(dims[1]), int(dims[2])
    eps = float(real[0])
    first = len(w) - 9 * L
    delta = torch.requires_grad_(delta.detach(), True)
    gamma = torch.requires_grad_(gamma.detach(), True)
    dt, kind, at = w[0].dtype, int(dims[6]), int(dims[12])
    outside = self.outside(delta, dims, w)
    embedding, head, last = w[0], w[0] if int(dims[4]) == 1 else w[2], w[1]
    if kind == 2:
      embedding, last, head = embedding + outside[0], last + outside[1], head + outside[2]
    x = torch.embedding(embedding, ids) * float(real[2])
    for i in range(L):
      wi = w[first+9*i:first+9*i+9]
      m: List[Tensor] = []
      for l in range(7):
        K = self.inputs(l, dims, wi)
        out = self.outputs(l, dims, wi)
        j = 2
        row = 0
        if l == 1:
          row = nh * D
        elif l == 2:
          row = nh * D + nk * D
        elif l == 3:
          j = 3
        elif l == 4:
          j = 4
        elif l == 5:
          j = 4
          row = out
        elif l == 6:
          j = 5
        lo, hi = self.parts(j - 2)
        W = self.unpack(wi[j], K, self.layer_rows(lo, hi, dims, wi), row, row + out, K, 6) if wi[j].dtype == 0 else wi[j][row:row+out, :K].to(6)
        if int(dims[6]) == 0:
          r = int(ranks[7*i+l])
          A = delta[at:at+r*K].view([r, K])
          Bm = delta[at+r*K:at+r*K+out*r].view([out, r])
          at = at + r * K + out * r
          m.append((W + torch.matmul(Bm, A) * (float(scales[7*i+l]) * gamma[7*i+l])).to(dt))
        elif int(ranks[7*i+l]) == 0:
          m.append(W.to(dt))
        else:
          m.append((W + delta[at:at+out*K].view([out, K]) * gamma[7*i+l]).to(dt))
          at = at + out * K
      norms = [wi[0], wi[1]]
      if kind == 2:
        norms = [wi[n] + delta[at+n*x.size(2):at+(n+1)*x.size(2)] for n in range(2)]
        at = at + 2 * x.size(2)
      h = torch.rms_norm(x, [x.size(2)], norms[0].view([-1]), eps)
      q, k, v = torch.linear(h, m[0]), torch.linear(h, m[1]), torch.linear(h, m[2])
      if wi[6].numel() > 0:
        bias = wi[6].view([-1])
        q, k, v = q + bias[:nh*D], k + bias[nh*D:(nh+nk)*D], v + bias[(nh+nk)*D:]
      q, k, v = q.view([B, T, nh, D]), k.view([B, T, nk, D]), v.view([B, T, nk, D]).transpose(1, 2)
      if wi[7].numel() > 0:
        q, k = torch.rms_norm(q, [D], wi[7][0], eps), torch.rms_norm(k, [D], wi[7][1], eps)
      turn = self.rope_of(i, dims, rope)
      q = self.reference_rotate(q.transpose(1, 2), turn[0][:T], turn[1][:T])
      k = self.reference_rotate(k.transpose(1, 2), turn[0][:T], turn[1][:T])
      k = torch.repeat_interleave(k, nh // nk, 1)
      v = torch.repeat_interleave(v, nh // nk, 1)
      unseen, W = self.mask(T, x), self.window(i, dims)
      if W > 0:
        unseen = unseen + self.too_far(T, T, W, x)
      p, cap = torch.matmul(q, k.transpose(2, 3)) * float(real[3]), float(real[4])
      if cap > 0.0:
        p = torch.tanh(p / cap) * cap
      p = torch.softmax(p + unseen, -1)
      o = torch.matmul(p, v).transpose(1, 2).reshape([B, T, nh * D])
      o = torch.linear(o, m[3])
      x = x + (torch.rms_norm(o, [x.size(2)], wi[8][0], eps) if self.post(dims) else o)
      h = torch.rms_norm(x, [x.size(2)], norms[1].view([-1]), eps)
      gate = torch.linear(h, m[4])
      gate = torch.gelu(gate, approximate="tanh") if self.gelu(dims) else torch.silu(gate)
      o = torch.linear(gate * torch.linear(h, m[5]), m[6])
      x = x + (torch.rms_norm(o, [x.size(2)], wi[8][1], eps) if self.post(dims) else o)
    h = torch.rms_norm(x.view([B * T, -1]).index_select(0, keep), [x.size(2)], last.view([-1]), eps)
    logits, cap = torch.linear(h, head).to(6), float(real[5])
    if cap > 0.0:
      logits = torch.tanh(logits / cap) * cap
    logp = torch.log_softmax(logits, -1)
    nll = torch.neg(torch.gather(logp, 1, labels.unsqueeze(1)).squeeze(1))
    loss = nll.sum() * float(real[1])
    by = torch.grad([loss], [delta if int(dims[5]) == 1 else gamma], annotate(List[Optional[Tensor]], [None]))
    torch.set_grad_enabled(False)
    grad += unchecked_cast(Tensor, by[0])
    return nll.detach()

  # ---- AdaLoRA (arXiv 2303.10512 §3): Δθ of a layer is s·P·diag(λ)·Q. x holds for each layer Q [r,K], then P [out,r],
  #      flat, and after all of them every λ.      sizes: r, K, out of each layer that has any      int64, CPU

  # Numbers of x before the first λ
  def svd_start(self: __torch__.M, sizes: Tensor) -> int:
    n = 0
    for i in range(sizes.numel() // 3):
      n += int(sizes[3*i]) * (int(sizes[3*i+1]) + int(sizes[3*i+2]))
    return n

  # delta of x, in place: LoRA's A = Q, B = P·diag(λ)
  def svd_compose(self: __torch__.M, x: Tensor, delta: Tensor, sizes: Tensor) -> Tensor:
    at, c = 0, delta.numel()
    delta.copy_(x[:c])
    for i in range(sizes.numel() // 3):
      r, K, out = int(sizes[3*i]), int(sizes[3*i+1]), int(sizes[3*i+2])
      at = at + r * K
      delta[at:at+out*r].view([out, r]).mul_(x[c:c+r])
      at, c = at + out * r, c + r
    return delta

  # Of grad, by A and B and with zeros for λ, in place that by x, with real[0] times the mean over all Q and P of how
  # far they are from orthogonal, ‖QQᵀ − 1‖ and ‖PᵀP − 1‖
  def svd_gradient(self: __torch__.M, x: Tensor, grad: Tensor, sizes: Tensor, real: Tensor) -> Tensor:
    L = sizes.numel() // 3
    at, c, w = 0, self.svd_start(sizes), float(real[0]) / L
    for i in range(L):
      r, K, out = int(sizes[3*i]), int(sizes[3*i+1]), int(sizes[3*i+2])
      Q, dQ = x[at:at+r*K].view([r, K]), grad[at:at+r*K].view([r, K])
      at = at + r * K
      P, dP = x[at:at+out*r].view([out, r]), grad[at:at+out*r].view([out, r])
      grad[c:c+r] = (dP * P).sum([0])
      dP.mul_(x[c:c+r])
      one = torch.eye(r, dtype=x.dtype, device=x.device)
      C = torch.matmul(Q, Q.t()) - one
      dQ.add_(torch.matmul(C, Q).div_(torch.linalg_vector_norm(C)), alpha=w)
      C = torch.matmul(P.t(), P) - one
      dP.add_(torch.matmul(P, C).div_(torch.linalg_vector_norm(C)), alpha=w)
      at, c = at + out * r, c + r
    return grad

  # Importance of each triplet [Σr] after a step. grad: that the step was made with; mean and unsure: running means of
  # |x·∂L/∂x| and of how far it is from its mean, in place; real: their decays
  def svd_importance(self: __torch__.M, x: Tensor, grad: Tensor, mean: Tensor, unsure: Tensor, sizes: Tensor, real: Tensor) -> Tensor:
    b1, b2 = float(real[0]), float(real[1])
    now = torch.abs(x * grad)
    mean.mul_(b1).add_(now, alpha=1.0 - b1)
    unsure.mul_(b2).add_(torch.abs(now - mean), alpha=1.0 - b2)
    s = mean * unsure
    at, n = 0, self.svd_start(sizes)
    out, c = s[n:].clone(), 0
    for i in range(sizes.numel() // 3):
      r, K, o = int(sizes[3*i]), int(sizes[3*i+1]), int(sizes[3*i+2])
      out[c:c+r] += s[at:at+r*K].view([r, K]).mean([1])
      at = at + r * K
      out[c:c+r] += s[at:at+o*r].view([o, r]).mean([0])
      at, c = at + o * r, c + r
    return out

  # λ, in place, only where keep [Σr] is 1
  def svd_keep(self: __torch__.M, x: Tensor, keep: Tensor) -> Tensor:
    return x[x.numel()-keep.numel():].mul_(keep)

  # Of a matrix [out,K] in f32, the largest first
  def singular_values(self: __torch__.M, w: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    return torch.linalg_svdvals(w)

  # ---- AdamW, in place, as torch.optim.AdamW does it
  # real: rate, beta1, beta2, epsilon, weight decay, step from 1, largest norm (0: none); returns the norm

  def adamw(self: __torch__.M, x: Tensor, grad: Tensor, m: Tensor, v: Tensor, real: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    lr, b1, b2, eps, decay, t, most = float(real[0]), float(real[1]), float(real[2]), float(real[3]), float(real[4]), float(real[5]), float(real[6])
    norm = torch.linalg_vector_norm(grad)
    if most > 0.0:
      grad.mul_(torch.clamp_max(torch.reciprocal(norm + 1e-6) * most, 1.0))
    if decay > 0.0:
      x.mul_(1.0 - lr * decay)
    m.lerp_(grad, 1.0 - b1)
    v.mul_(b2).addcmul_(grad, grad, value=1.0 - b2)
    d = (torch.sqrt(v) / ((1.0 - b2 ** t) ** 0.5)).add_(eps)
    x.addcdiv_(m, d, value=-lr / (1.0 - b1 ** t))
    return norm
