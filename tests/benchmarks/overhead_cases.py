"""What `overhead.py` measures: each expression as a user of minitensor, of NumPy and of PyTorch would write it."""

from collections.abc import Iterator

# A line an expression: minitensor's spelling, NumPy's, PyTorch's. One left out is minitensor's, with np. or torch. for
# mt.; "-" where there is nothing like it. What the names stand for is in `small_arrays`.
EXPRESSIONS = """
a + b
a - b
a * b
a / b
a // b
a % b
a ** b
a + 2.0
a - 2.0
a * 2.0
a / 2.0
a ** 2
2.0 + a
2.0 - a
2.0 * a
2.0 / a
2.0 // a
2.0 % a
2.0 ** a
m + a4
m @ n
m @ a4
a @ b
data @ m                           ; data @ m                          ; -
-a
+a
abs(a)
a < b
a <= b
a > b
a >= b
a == b
a != b
a < 1.5
a == 1.5
i + j
i == j
i & j
i | j
i ^ j
i << j
i >> j
~i
1 & i
1 | i
1 ^ i
1 << j
64 >> j
p & q
~p
x += b
x -= b
x *= u
x /= u
x //= u
x %= u
x **= u
x += 2.0
k &= j
k |= j
k ^= j
k <<= z
k >>= z

a.dtype
a.ndim                             ;                                   ; a.ndim
a.shape
a.size                             ;                                   ; a.numel()
a.strides                          ;                                   ; a.stride()
a.device
a.backend                          ; -                                 ; -
m.T
m.mT
a.reshape(2, 4)
m.permute_dims(1, 0)               ; m.transpose(1, 0)                 ; m.permute(1, 0)
a.expand(4, 8)                     ; np.broadcast_to(a, (4, 8))        ; a.expand(4, 8)
r.squeeze()
r.squeeze(axis=0)                  ;                                   ; r.squeeze(dim=0)
a.expand_dims(0)                   ; np.expand_dims(a, 0)              ; a.unsqueeze(0)
a.abs()                            ; np.abs(a)                         ;
a.exp()                            ; np.exp(a)                         ;
a.log()                            ; np.log(a)                         ;
a.sqrt()                           ; np.sqrt(a)                        ;
a.tanh()                           ; np.tanh(a)                        ;
a.astype("float32")                ;                                   ; a.to(torch.float32)
a.copy()                           ;                                   ; a.clone()
a.contiguous()                     ; np.ascontiguousarray(a)           ;
m.T.contiguous()                   ; np.ascontiguousarray(m.T)         ;
a.to("numpy")                      ; np.asarray(a)                     ; a.to("cpu")
a.plain()                          ; -                                 ; -
a.numpy()                          ; np.asarray(a)                     ;
a.tolist()
s.item()
float(s)
int(s)
complex(s)
bool(s)
names[index]
len(a)
list(a)
1.5 in a
f"{s:.2f}"
np.asarray(a)
np.from_dlpack(a)
a.__dlpack_device__()

a[2]
a[-1]
a[1:5]
a[::2]
a[...]
a[None]
a[:, None]
m[1]
m[1, 2]
m[:, 1]
m[1:3, ::2]
m[..., 0]
a[p]
m[o]
a[at]
m[at]
m[:, at]
m[at, at]
x[2] = 1
x[1:5] = 2.0
x[1:5] = a4
x[...] = b
x[p] = 0.0
x[at] = 1.0
x[at] = a3
y[1] = a4
y[1, 2] = 3.0
y[:, 1] = a4

mt.tensor([1.0, 2.0, 3.0, 4.0])    ; np.array([1.0, 2.0, 3.0, 4.0])    ;
mt.tensor(data)                    ; np.array(data)                    ;
mt.as_tensor(data)                 ; np.asarray(data)                  ;
mt.zeros(8)
mt.zeros((2, 4))
mt.zeros(8, like=a)                ; np.zeros_like(a)                  ; torch.zeros_like(a)
mt.ones(8)
mt.full(8, 7.0)                    ;                                   ; torch.full((8,), 7.0)
mt.arange(8)
mt.arange(0.0, 1.0, 0.125)
mt.linspace(0.0, 1.0, 8)
mt.eye(4)
mt.abs(a)
mt.exp(a)
mt.log(a)
mt.sqrt(a)
mt.tanh(a)
mt.floor(a)
mt.ceil(a)
mt.round(a)
mt.isfinite(a)
mt.isnan(a)
mt.conj(w)
mt.real(w)
mt.imag(w)
mt.maximum(a, b)
mt.maximum(a, 1.5)                 ;                                   ; torch.clamp(a, min=1.5)
mt.minimum(a, b)
mt.where(p, a, b)
mt.where(p, a, 0.0)
mt.clip(a, 1.2, 1.8)
mt.reshape(a, (2, 4))
mt.permute_dims(m, (1, 0))         ; np.transpose(m, (1, 0))           ; torch.permute(m, (1, 0))
mt.expand(a, (4, 8))               ; np.broadcast_to(a, (4, 8))        ; torch.broadcast_to(a, (4, 8))
mt.squeeze(r)
mt.expand_dims(a, 0)               ;                                   ; torch.unsqueeze(a, 0)
mt.astype(a, "float32")            ; a.astype("float32")               ; a.to(torch.float32)
mt.sort(a)
mt.sort(m, axis=0)                 ;                                   ; torch.sort(m, dim=0)
mt.sort(a, descending=True)        ; np.sort(a)[::-1]                  ;
mt.argsort(a)                      ; np.argsort(a, kind="stable")      ; torch.argsort(a, stable=True)
mt.searchsorted(g, a)
mt.cumsum(a)                       ;                                   ; torch.cumsum(a, dim=0)
mt.take(a, at)
mt.take(m, at, axis=1)             ;                                   ; torch.index_select(m, 1, at)
mt.concat([a, b])                  ; np.concatenate([a, b])            ; torch.cat([a, b])
mt.stack([a, b])
mt.matmul(m, n)
mt.einsum("ij,jk->ik", m, n)
mt.einsum("i,i->", a, b)
mt.einsum("ij->ji", m)
mt.einsum_plan("ij,jk->ik", m, n)  ; np.einsum_path("ij,jk->ik", m, n) ; -
mt.broadcast_shapes((4, 1), (3,))
mt.explain_broadcast((4, 1), (3,)) ; -                                 ; -
mt.explain_einsum("ij->ji", (2, 3)) ; -                                 ; -
mt.get_backend()                   ; -                                 ; -
mt.set_backend("numpy")            ; -                                 ; -
with mt.use_backend("numpy"): pass ; -                                 ; -

mt.variable(a)                     ; -                                 ; a.clone().requires_grad_()
mt.grad(mt.sum)                    ; -                                 ; torch.func.grad(torch.sum)
mt.value_and_grad(mt.sum)          ; -                                 ; torch.func.grad_and_value(torch.sum)

mt.linalg.eigh(h)
mt.linalg.pinv(m)                  ; np.linalg.pinv(m)                 ; torch.linalg.pinv(m)
mt.norms.norm(a)                   ; np.linalg.norm(a)                 ; torch.linalg.norm(a)
mt.norms.norm(a, 1)                ; np.linalg.norm(a, 1)              ; torch.linalg.norm(a, 1)
mt.norms.norm(a, math.inf)         ; np.linalg.norm(a, math.inf)       ; torch.linalg.norm(a, math.inf)
mt.norms.norm(m, axis=1)           ; np.linalg.norm(m, axis=1)         ; torch.linalg.norm(m, dim=1)
mt.norms.frobenius(m)              ; np.linalg.norm(m)                 ; torch.linalg.matrix_norm(m)
mt.norms.mse(a, b)                 ; ((a - b) ** 2).mean()             ; torch.nn.functional.mse_loss(a, b)
mt.norms.rmse(a, b)                ; np.sqrt(((a - b) ** 2).mean())    ; torch.sqrt(torch.nn.functional.mse_loss(a, b))
mt.norms.mae(a, b)                 ; np.abs(a - b).mean()              ; torch.nn.functional.l1_loss(a, b)
mt.random.generator(0)             ; np.random.default_rng(0)          ; torch.Generator().manual_seed(0)
mt.random.normal(rng, 8)           ; rng.normal(size=8)                ; torch.randn(8, generator=rng)
mt.random.uniform(rng, 8)          ; rng.uniform(size=8)               ; torch.rand(8, generator=rng)
mt.random.permutation(rng, 8)      ; rng.permutation(8)                ; torch.randperm(8, generator=rng)
"""

# The ten reductions, of bool tensors for any and all.
REDUCTIONS = """
{a}.{name}()                       ;                                   ; {a}.{name}({only})
{m}.{name}(axis=0)                 ;                                   ; {m}.{along}(dim=0{more})
{m}.{name}(axis=1, keepdims=True)  ;                                   ; {m}.{along}(dim=1, keepdim=True{more})
mt.{name}({a})                     ;                                   ; torch.{name}({a}{more})
mt.{name}({m}, axis=0)             ;                                   ; torch.{along}({m}, dim=0{more})
"""

# The same on 1,000 × 1,000: minitensor's spelling, and in NumPy the computation that minitensor's documentation names.
# NumPy's operators write a chain over its own temporary arrays, which only the interpreter's own stack lets them do; a
# class round an array cannot, so a chain stands beside NumPy's functions.
LARGE = """
a + b
a * 2.0
a < b
-a
x += b
(a - b) * (a - b) / 2.0 + a        ; np.add(np.divide(np.multiply(np.subtract(a, b), np.subtract(a, b)), 2.0), a)
a.exp()                            ; np.exp(a)
mt.sqrt(a * a + b * b)             ; np.sqrt(np.add(np.multiply(a, a), np.multiply(b, b)))
mt.maximum(a, 1.5)
mt.clip(a, 1.2, 1.8)
a.sum()
a.sum(axis=0)
a.sum(axis=1)
a.mean(axis=1)
a.max()
a.max(axis=0)
a.argmax(axis=1)
(a < b).any(axis=1)
a.var(axis=0)                      ; ((d := np.abs(a - a.mean(axis=0, keepdims=True))) * d).mean(axis=0)
mt.cumsum(a)                       ; np.cumsum(a, axis=-1)
mt.sort(a)
mt.sort(a, axis=0)
mt.argsort(a)                      ; np.argsort(a, kind="stable")
mt.take(a, at)                     ; np.take(a, at, axis=0)
mt.take(a, at, axis=1)
a[at]
a[:, at]
a[p]
x[p] = 0.0
x[at] = 1.0
mt.where(p, a, b)
mt.where(p, a, 0.0)
a.T.contiguous()                   ; np.ascontiguousarray(a.T)
a.astype("float32")
a.copy()
mt.concat([a, b])                  ; np.concatenate([a, b])
"""


def rows(text: str, libraries: int = 3) -> Iterator[list[str]]:
    """The lines of a table, each as one expression for each library."""
    for line in filter(None, text.splitlines()):
        ours, *others = (part.strip() for part in line.split(";"))
        others += [""] * (libraries - 1 - len(others))
        yield [
            ours,
            *(given or ours.replace("mt.", f"{lib}.") for given, lib in zip(others, ("np", "torch"), strict=False)),
        ]


def small_rows() -> Iterator[list[str]]:
    """Every expression of the first part."""
    yield from rows(EXPRESSIONS)
    for name in ("sum", "mean", "max", "min", "var", "std", "any", "all", "argmax", "argmin"):
        a, m = ("p", "o") if name in ("any", "all") else ("a", "m")
        along = f"a{name}" if name in ("max", "min") else name  # PyTorch's max along an axis also finds where
        only = "correction=0" if name in ("var", "std") else ""
        more = f", {only}" if only else ""
        yield from rows(REDUCTIONS.format(a=a, m=m, name=name, along=along, only=only, more=more))


def large_rows() -> Iterator[list[str]]:
    """Every expression of the second part, for minitensor and NumPy."""
    return rows(LARGE, 2)
