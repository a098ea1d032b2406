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
# Arguments that many methods share:
#   ids [B,T], keep [n] rows that predict a supervised token, labels [n] that token      int64, device
#   dims: nh, nk, D, blocks, tied, want, kind, recompute, chunk                          int64, CPU
#     want: 0 loss only, 1 gradient of Δθ, 2 gradient of γ      kind: 0 LoRA factors, 1 full difference
#   real: norm epsilon, weight of one token's loss (1 / supervised tokens)               f64, CPU
#   w: embedding [V,H], final norm [1,H], head [V,H] unless tied; then for each block
#      norm [1,H], norm [1,H], q|k|v [.,H+P], o [H,nh·D+P], gate|up [2F,H+P], down [H,F+P]   compute type
#      The P columns right of a matrix take s·B of LoRA, so that one product gives W·x + s·B·(A·x).
#   rope: cos and sin, each [≥T, D/2]                                                    compute type
#   delta: per layer A [r,K] then B [out,r], flat; or per layer the difference [out,K]   f32
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
    return torch.zeros([1])

  # A wider copy with zeros in the new columns. meta: inputs, new width
  def weight_widen(self: __torch__.M, w: Tensor, meta: Tensor) -> Tensor:
    k = int(meta[0])
    out = torch.zeros([w.size(0), int(meta[1])], dtype=w.dtype, device=w.device)
    out[:, :k] = w[:, :k]
    return out

  def weight_get(self: __torch__.M, w: Tensor, meta: Tensor) -> Tensor:
    return w[int(meta[1]):int(meta[2]), :int(meta[0])].to(6).contiguous()

  def to_compute(self: __torch__.M, x: Tensor, meta: Tensor) -> Tensor:
    return x.to(int(meta[0])).clone()

  # ---- flat vectors of what is trained

  def assign(self: __torch__.M, to: Tensor, values: Tensor) -> Tensor:
    return torch.copy_(to, values)

  def zero(self: __torch__.M, x: Tensor) -> Tensor:
    return torch.zero_(x)

  # ---- pieces

  # x [.., D] in halves; cos, sin [T, D/2]
  def rotate(self: __torch__.M, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    h = x.size(-1) // 2
    a = x[..., :h]
    b = x[..., h:]
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

  # RMSNorm: x / sqrt(mean(x²) + eps) · w, the mean in f32; also 1 / sqrt(..), [N,1]
  def norm(self: __torch__.M, x: Tensor, w: Tensor, eps: float) -> Tuple[Tensor, Tensor]:
    xf = x.to(6)
    rstd = torch.rsqrt(torch.linalg_vector_norm(xf, 2, [-1], True).pow(2) / x.size(-1) + eps)
    return ((xf * rstd).to(x.dtype) * w, rstd.to(x.dtype))

  # dx = r·(dh·w) − x·⟨dh·w, x⟩·r³/H
  def norm_back(self: __torch__.M, dh: Tensor, x: Tensor, w: Tensor, rstd: Tensor) -> Tensor:
    hw = dh * w
    c = torch.matmul(hw.unsqueeze(1), x.unsqueeze(2)).squeeze(2)
    c = c * rstd * rstd * rstd / x.size(-1)
    return torch.addcmul_(hw.mul_(rstd), x, c, value=-1)

  # h [N,K] and its low-rank image u = A·h scaled by γ: [h | g·u] [N,K+P]. Nothing to add: h itself.
  def widen(self: __torch__.M, h: Tensor, u: Tensor, g: Tensor) -> Tensor:
    if u.size(1) == 0:
      return h
    return torch.cat([h, (u * g).to(h.dtype)], -1)

  # ---- one block; a[j] [P,K] the stacked A of the j-th fused matrix, g[j] [P] γ of each of its rows, in f32 since
  #      bf16 has too few digits for a mask that moves by 1e-4

  def block(self: __torch__.M, x: Tensor, B: int, T: int, dims: Tensor, eps: float, cos: Tensor, sin: Tensor, causal: Tensor, w: List[Tensor], a: List[Tensor], g: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    nh, nk, D = int(dims[0]), int(dims[1]), int(dims[2])
    q_per_k = nh // nk
    h, r1 = self.norm(x, w[0], eps)
    u1 = torch.linear(h, a[0])
    hu = self.widen(h, u1, g[0])
    qkv = torch.linear(hu, w[2]).view([B, T, nh + 2 * nk, D])
    qk = self.rotate(qkv[:, :, :nh+nk].transpose(1, 2), cos, sin)
    q = qk[:, :nh].reshape([B, nk, q_per_k * T, D])                    # query heads of a group as rows
    k = qk[:, nh:].contiguous()
    v = qkv[:, :, nh+nk:].transpose(1, 2).contiguous()
    p = torch.matmul(q, k.transpose(2, 3)).mul_(D ** -0.5).view([B, nk, q_per_k, T, T])
    p = torch.softmax(p.add_(causal), -1).view([B, nk, q_per_k * T, T])
    o = torch.matmul(p, v).view([B, nh, T, D]).transpose(1, 2).reshape([B * T, nh * D])
    u2 = torch.linear(o, a[1])
    ou = self.widen(o, u2, g[1])
    y = x + torch.linear(ou, w[3])
    h2, r2 = self.norm(y, w[1], eps)
    u3 = torch.linear(h2, a[2])
    hu2 = self.widen(h2, u3, g[2])
    gu = torch.linear(hu2, w[4])                                       # gate | up [N,2F]
    F = gu.size(-1) // 2
    m = torch.silu(gu[:, :F]).mul_(gu[:, F:])
    u4 = torch.linear(m, a[3])
    mu = self.widen(m, u4, g[3])
    z = y + torch.linear(mu, w[5])
    return (z, [x, r1, hu, q, k, v, p, ou, y, r2, hu2, gu, mu, u1, u2, u3, u4])

  # Gradient through one product [h | g·u]·[W | sB]ᵀ by its input h; also by g·u before γ, [N,P].
  # d: gradient by the wide input
  def thin_back(self: __torch__.M, d: Tensor, K: int, a: Tensor, g: Tensor) -> Tensor:
    if a.size(0) == 0:
      return d
    return torch.addmm(d[:, :K], (d[:, K:] * g).to(d.dtype), a)

  # dz [N,H] → dx, and for each of the four products (gradient by output, by wide input)
  def back(self: __torch__.M, dz: Tensor, B: int, T: int, dims: Tensor, cos: Tensor, sin: Tensor, w: List[Tensor], a: List[Tensor], g: List[Tensor], S: List[Tensor]) -> Tuple[Tensor, List[Tensor], List[Tensor]]:
    nh, nk, D = int(dims[0]), int(dims[1]), int(dims[2])
    q_per_k = nh // nk
    H = dz.size(1)
    x, r1, hu, q, k, v, p, ou, y, r2, hu2, gu, mu, u1, u2, u3, u4 = S
    F = gu.size(-1) // 2
    d4 = torch.matmul(dz, w[5])
    dm = self.thin_back(d4, F, a[3], g[3])
    dgu = torch.empty_like(gu)
    gate = gu[:, :F]
    torch.mul(dm, torch.silu(gate), out=dgu[:, F:])
    torch.silu_backward(dm * gu[:, F:], gate, grad_input=dgu[:, :F])
    d3 = torch.matmul(dgu, w[4])
    dy = dz + self.norm_back(self.thin_back(d3, H, a[2], g[2]), y, w[1], r2)
    d2 = torch.matmul(dy, w[3])
    do = self.thin_back(d2, nh * D, a[1], g[1])
    do = do.view([B, T, nh, D]).transpose(1, 2).reshape([B, nk, q_per_k * T, D])
    dp = torch.matmul(do, v.transpose(2, 3))
    dv = torch.matmul(p.transpose(2, 3), do)
    ds = torch._softmax_backward_data(dp, p, -1, p.dtype).mul_(D ** -0.5)
    dq = torch.matmul(ds, k).view([B, nh, T, D])
    dk = torch.matmul(ds.transpose(2, 3), q)
    dqkv = torch.empty([B, T, nh + 2 * nk, D], dtype=dz.dtype, device=dz.device)
    dqkv[:, :, :nh+nk] = self.rotate(torch.cat([dq, dk], 1), cos, -sin).transpose(1, 2)
    dqkv[:, :, nh+nk:] = dv.transpose(1, 2)
    d = dqkv.view([B * T, -1])
    d1 = torch.matmul(d, w[2])
    dx = dy + self.norm_back(self.thin_back(d1, H, a[0], g[0]), x, w[0], r1)
    return (dx, [d, dy, dgu, dz], [d1, d2, d3, d4])

  # ---- the head: loss of each supervised token and the gradient by its hidden state, chunk by chunk,
  #      so that logits [chunk,V] never stand for all tokens

  def head(self: __torch__.M, h: Tensor, head: Tensor, labels: Tensor, chunk: int, weight: float, want: int) -> Tuple[Tensor, Tensor]:
    n = h.size(0)
    dh = torch.empty_like(h) if want > 0 else h
    nll = torch.empty([n], dtype=6, device=h.device)
    for c in range((n + chunk - 1) // chunk):
      i = c * chunk
      hc = h[i:i+chunk]
      y = labels[i:i+chunk].unsqueeze(1)
      p = torch.log_softmax(torch.linear(hc, head).to(6), -1)
      nll[i:i+chunk] = torch.neg(torch.gather(p, 1, y).squeeze(1))
      if want > 0:
        p = torch.exp_(p)
        p = torch.scatter_add_(p, 1, y, torch.full([y.size(0), 1], -1.0, device=h.device))
        dh[i:i+chunk] = torch.matmul(p.mul_(weight).to(h.dtype), head)
    return (nll, dh)

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

  # Rows of layer l of the block (0 q … 6 down)
  def outputs(self: __torch__.M, l: int, dims: Tensor, w: List[Tensor]) -> int:
    if l == 0:
      return int(dims[0]) * int(dims[2])
    elif l == 1 or l == 2:
      return int(dims[1]) * int(dims[2])
    elif l == 4 or l == 5:
      return w[4].size(0) // 2
    return w[0].size(-1)

  def inputs(self: __torch__.M, l: int, dims: Tensor, w: List[Tensor]) -> int:
    if l == 3:
      return int(dims[0]) * int(dims[2])
    elif l == 6:
      return w[4].size(0) // 2
    return w[0].size(-1)

  # LoRA: s·B goes into the columns of w, A and γ are stacked; returns the offset after the block
  def lora(self: __torch__.M, i: int, at: int, dims: Tensor, w: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, a: List[Tensor], g: List[Tensor]) -> int:
    dt = w[2].dtype
    for j in range(4):
      lo, hi = self.parts(j)
      K = self.inputs(lo, dims, w)
      P = w[2+j].size(1) - K
      A = torch.zeros([P, K], dtype=dt, device=delta.device)
      G = torch.ones([P], dtype=6, device=delta.device)
      c = 0
      row = 0
      for l in range(lo, hi):
        r = int(ranks[7*i+l])
        out = self.outputs(l, dims, w)
        A[c:c+r] = delta[at:at+r*K].view([r, K])
        at = at + r * K
        w[2+j][row:row+out, K+c:K+c+r] = delta[at:at+out*r].view([out, r]) * float(scales[7*i+l])
        G[c:c+r] = gamma[7*i+l]
        at = at + out * r
        c = c + r
        row = row + out
      a.append(A)
      g.append(G)
    return at

  # Full difference: matrices W + γ·Δ; returns the offset after the block
  def full(self: __torch__.M, i: int, at: int, dims: Tensor, w: List[Tensor], delta: Tensor, gamma: Tensor, wd: List[Tensor], a: List[Tensor], g: List[Tensor]) -> int:
    dt = w[2].dtype
    wd.append(w[0])
    wd.append(w[1])
    for j in range(4):
      lo, hi = self.parts(j)
      K = self.inputs(lo, dims, w)
      m = w[2+j][:, :K].to(6).clone()
      row = 0
      for l in range(lo, hi):
        out = self.outputs(l, dims, w)
        m[row:row+out] += delta[at:at+out*K].view([out, K]) * gamma[7*i+l]
        at = at + out * K
        row = row + out
      wd.append(m.to(dt))
      a.append(torch.zeros([0, K], dtype=dt, device=delta.device))
      g.append(torch.zeros([0], dtype=dt, device=delta.device))
    return at

  # Adds the gradients of one block to grad. dY[j] by the j-th product's output, dX[j] by its wide input,
  # X[j] that input [h | g·u], U[j] u. at: offset of the block in delta.
  #   LoRA:  dA = γ·(dY·sB)ᵀ·h   dB = s·dYᵀ·(γ·u)   dγ = ⟨dY·sB, u⟩        full:  dΔ = γ·dYᵀ·h   dγ = ⟨dYᵀ·h, Δ⟩
  def gradients(self: __torch__.M, i: int, at: int, dims: Tensor, w: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, g: List[Tensor], dY: List[Tensor], dX: List[Tensor], X: List[Tensor], U: List[Tensor], grad: Tensor) -> None:
    want, kind = int(dims[5]), int(dims[6])
    for j in range(4):
      lo, hi = self.parts(j)
      K = self.inputs(lo, dims, w)
      h = X[j][:, :K]
      c = 0
      row = 0
      if kind == 0 and want == 2:
        s = (dX[j][:, K:].to(6) * U[j].to(6)).sum([0])                 # [P]
        for l in range(lo, hi):
          r = int(ranks[7*i+l])
          grad[7*i+l] += s[c:c+r].sum()
          c = c + r
      elif kind == 0:
        dA = torch.matmul((dX[j][:, K:] * g[j]).to(h.dtype).t(), h)                # [P,K]
        for l in range(lo, hi):
          r = int(ranks[7*i+l])
          out = self.outputs(l, dims, w)
          grad[at:at+r*K] += dA[c:c+r].reshape([-1])
          at = at + r * K
          if r > 0:
            dB = torch.matmul(dY[j][:, row:row+out].t(), X[j][:, K+c:K+c+r])
            grad[at:at+out*r] += dB.to(6).reshape([-1]) * float(scales[7*i+l])
          at = at + out * r
          c = c + r
          row = row + out
      else:
        for l in range(lo, hi):
          out = self.outputs(l, dims, w)
          dW = torch.matmul(dY[j][:, row:row+out].t(), h).to(6).reshape([-1])
          if want == 2:
            grad[7*i+l] += torch.dot(dW, delta[at:at+out*K].to(6))
          else:
            grad[at:at+out*K] += dW * gamma[7*i+l]
          at = at + out * K
          row = row + out

  def mask(self: __torch__.M, T: int, like: Tensor) -> Tensor:
    return torch.triu(torch.full([T, T], -float("inf"), dtype=like.dtype, device=like.device), 1)

  # ---- forward to the rows in keep, after the final norm

  def hidden(self: __torch__.M, ids: Tensor, keep: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor) -> Tensor:
    B, T, L = ids.size(0), ids.size(1), int(dims[3])
    eps = float(real[0])
    first = len(w) - 6 * L
    x = torch.embedding(w[0], ids).view([B * T, -1])
    cos, sin = rope[0][:T], rope[1][:T]
    causal = self.mask(T, x)
    at = 0
    for i in range(L):
      wi = w[first+6*i:first+6*i+6]
      a: List[Tensor] = []
      g: List[Tensor] = []
      if int(dims[6]) == 0:
        at = self.lora(i, at, dims, wi, delta, ranks, scales, gamma, a, g)
      else:
        wd: List[Tensor] = []
        at = self.full(i, at, dims, wi, delta, gamma, wd, a, g)
        wi = wd
      x, S = self.block(x, B, T, dims, eps, cos, sin, causal, wi, a, g)
    h, r = self.norm(x.index_select(0, keep), w[1], eps)
    return h

  # Logits [n,V] in f32
  def logits(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    h = self.hidden(ids, keep, dims, real, w, rope, delta, ranks, scales, gamma)
    return torch.linear(h, w[0] if int(dims[4]) == 1 else w[2]).to(6)

  # ---- one training step: loss of each supervised token [n] in nats; gradients are added to grad

  def step(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, grad: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    B, T, L = ids.size(0), ids.size(1), int(dims[3])
    want, kind, recompute, chunk = int(dims[5]), int(dims[6]), int(dims[7]), int(dims[8])
    eps, weight = float(real[0]), float(real[1])
    first = len(w) - 6 * L
    head = w[0] if int(dims[4]) == 1 else w[2]
    if want == 0:
      h = self.hidden(ids, keep, dims, real, w, rope, delta, ranks, scales, gamma)
      nll, dh = self.head(h, head, labels, chunk, weight, 0)
      return nll
    x = torch.embedding(w[0], ids).view([B * T, -1])
    cos, sin = rope[0][:T], rope[1][:T]
    causal = self.mask(T, x)
    saved: List[List[Tensor]] = []
    stacked: List[List[Tensor]] = []
    rows: List[List[Tensor]] = []
    starts: List[int] = []
    at = 0
    for i in range(L):
      wi = w[first+6*i:first+6*i+6]
      a: List[Tensor] = []
      g: List[Tensor] = []
      starts.append(at)
      if kind == 0:
        at = self.lora(i, at, dims, wi, delta, ranks, scales, gamma, a, g)
      else:
        wd: List[Tensor] = []
        at = self.full(i, at, dims, wi, delta, gamma, wd, a, g)
        wi = wd
      x, S = self.block(x, B, T, dims, eps, cos, sin, causal, wi, a, g)
      saved.append([S[0]] if recompute == 1 else S)
      stacked.append(a)
      rows.append(g)
    xk = x.index_select(0, keep)
    h, r = self.norm(xk, w[1], eps)
    nll, dh = self.head(h, head, labels, chunk, weight, want)
    dx = torch.zeros_like(x).index_copy_(0, keep, self.norm_back(dh, xk, w[1], r))
    for ii in range(L):
      i = L - 1 - ii
      wi = w[first+6*i:first+6*i+6]
      a, g, S = stacked[i], rows[i], saved[i]
      if kind == 1:
        wd: List[Tensor] = []
        self.full(i, starts[i], dims, wi, delta, gamma, wd, [x], [x])
        wi = wd
      if recompute == 1:
        z, S = self.block(S[0], B, T, dims, eps, cos, sin, causal, wi, a, g)
      dx, dY, dX = self.back(dx, B, T, dims, cos, sin, wi, a, g, S)
      self.gradients(i, starts[i], dims, w[first+6*i:first+6*i+6], delta, ranks, scales, gamma, g, dY, dX, [S[2], S[7], S[10], S[12]], S[13:], grad)
      saved[i] = []
    return nll

  # ---- the same by autograd, written as plainly as can be: the test of everything above

  def reference_step(self: __torch__.M, ids: Tensor, keep: Tensor, labels: Tensor, dims: Tensor, real: Tensor, w: List[Tensor], rope: List[Tensor], delta: Tensor, ranks: Tensor, scales: Tensor, gamma: Tensor, grad: Tensor) -> Tensor:
    torch.set_grad_enabled(True)
    B, T, L = ids.size(0), ids.size(1), int(dims[3])
    nh, nk, D = int(dims[0]), int(dims[1]), int(dims[2])
    eps = float(real[0])
    first = len(w) - 6 * L
    delta = torch.requires_grad_(delta.detach(), True)
    gamma = torch.requires_grad_(gamma.detach(), True)
    x = torch.embedding(w[0], ids)
    dt = x.dtype
    at = 0
    for i in range(L):
      wi = w[first+6*i:first+6*i+6]
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
        W = wi[j][row:row+out, :K].to(6)
        if int(dims[6]) == 0:
          r = int(ranks[7*i+l])
          A = delta[at:at+r*K].view([r, K])
          Bm = delta[at+r*K:at+r*K+out*r].view([out, r])
          at = at + r * K + out * r
          m.append((W + torch.matmul(Bm, A) * (float(scales[7*i+l]) * gamma[7*i+l])).to(dt))
        else:
          m.append((W + delta[at:at+out*K].view([out, K]) * gamma[7*i+l]).to(dt))
          at = at + out * K
      h = torch.rms_norm(x, [x.size(2)], wi[0].view([-1]), eps)
      q = self.rotate(torch.linear(h, m[0]).view([B, T, nh, D]).transpose(1, 2), rope[0][:T], rope[1][:T])
      k = self.rotate(torch.linear(h, m[1]).view([B, T, nk, D]).transpose(1, 2), rope[0][:T], rope[1][:T])
      v = torch.linear(h, m[2]).view([B, T, nk, D]).transpose(1, 2)
      k = torch.repeat_interleave(k, nh // nk, 1)
      v = torch.repeat_interleave(v, nh // nk, 1)
      p = torch.softmax(torch.matmul(q, k.transpose(2, 3)) * (D ** -0.5) + self.mask(T, x), -1)
      o = torch.matmul(p, v).transpose(1, 2).reshape([B, T, nh * D])
      x = x + torch.linear(o, m[3])
      h = torch.rms_norm(x, [x.size(2)], wi[1].view([-1]), eps)
      x = x + torch.linear(torch.silu(torch.linear(h, m[4])) * torch.linear(h, m[5]), m[6])
    h = torch.rms_norm(x.view([B * T, -1]).index_select(0, keep), [x.size(2)], w[1].view([-1]), eps)
    logp = torch.log_softmax(torch.linear(h, w[0] if int(dims[4]) == 1 else w[2]).to(6), -1)
    nll = torch.neg(torch.gather(logp, 1, labels.unsqueeze(1)).squeeze(1))
    loss = nll.sum() * float(real[1])
    by = torch.grad([loss], [delta if int(dims[5]) == 1 else gamma], annotate(List[Optional[Tensor]], [None]))
    torch.set_grad_enabled(False)
    grad += unchecked_cast(Tensor, by[0])
    return nll.detach()

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
