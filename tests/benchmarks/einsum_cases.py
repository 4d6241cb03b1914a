"""The cases of the einsum benchmark: a spec, its operands, and the best that can be written by hand in NumPy."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Case(NamedTuple):
    """One line of the table.

    group : "large" or "tiny"
    hand : the same by hand, of NumPy arrays
    """

    name: str
    group: str
    spec: str
    operands: list[np.ndarray]
    hand: Callable


def _numbers(rng, shape, dtype="float64"):
    dtype = np.dtype(dtype)
    if dtype.kind == "i":
        return rng.integers(-99, 100, shape).astype(dtype)
    array = rng.standard_normal(shape)
    return (array + 1j * rng.standard_normal(shape)).astype(dtype) if dtype.kind == "c" else array.astype(dtype)


def cases():
    rng = np.random.default_rng(0)
    found = []

    def add(name, spec, shapes, hand, group="large", dtype="float64"):
        found.append(Case(name, group, spec, [_numbers(rng, shape, dtype) for shape in shapes], hand))

    square = [(512, 512)] * 2
    add("course 5×784", "mk,kn->mn", [(5, 784), (784, 10)], lambda a, b: a @ b)
    add("course 50,000×784", "mk,kn->mn", [(50_000, 784), (784, 10)], lambda a, b: a @ b, dtype="float32")
    add("512³", "mk,kn->mn", square, lambda a, b: a @ b)
    add("512³, b transposed", "mk,nk->mn", square, lambda a, b: a @ b.T)
    add("512³, a transposed", "km,kn->mn", square, lambda a, b: a.T @ b)
    add("512³, both transposed", "km,nk->mn", square, lambda a, b: a.T @ b.T)
    add("512³, out transposed", "mk,kn->nm", square, lambda a, b: (a @ b).T)
    add("gradient ni,nj->ij", "ni,nj->ij", [(10_000, 784), (10_000, 10)], lambda a, b: (b.T @ a).T)
    add("int64 256³", "mk,kn->mn", [(256, 256)] * 2, _by_float, dtype="int64")
    add("complex 256³", "mk,kn->mn", [(256, 256)] * 2, lambda a, b: a @ b, dtype="complex128")
    add("matrix-vector", "ij,j->i", [(1000, 1000), (1000,)], lambda a, b: a @ b)
    add("vector-matrix", "i,ij->j", [(1000,), (1000, 1000)], lambda a, b: a @ b)
    for batch, n in ((10_000, 3), (1_000, 8), (256, 32), (16, 256)):
        add(f"batch {batch:,}×{n}²", "bij,bjk->bik", [(batch, n, n)] * 2, lambda a, b: a @ b)
    add("batch last", "mkb,knb->mnb", [(16, 16, 256)] * 2, _batch_last)
    add("batch of 1 by ...", "...ij,...jk->...ik", [(64, 32, 32), (1, 32, 32)], lambda a, b: a @ b)
    heads = [(4, 8, 128, 64)] * 2
    add("attention scores", "bhqd,bhkd->bhqk", heads, lambda a, b: a @ b.swapaxes(2, 3))
    add("attention outputs", "bhqk,bhkd->bhqd", [(4, 8, 128, 128), (4, 8, 128, 64)], lambda a, b: a @ b)
    add("attention bqhd", "bqhd,bkhd->bhqk", [(4, 128, 8, 64)] * 2,
        lambda a, b: a.transpose(0, 2, 1, 3) @ b.transpose(0, 2, 3, 1))  # fmt: skip
    add("linear bsi,oi->bso", "bsi,oi->bso", [(32, 64, 256), (128, 256)],
        lambda a, b: (a.reshape(-1, 256) @ b.T).reshape(32, 64, 128))  # fmt: skip
    add("linear bsi,io->bso", "bsi,io->bso", [(32, 64, 256), (256, 128)],
        lambda a, b: (a.reshape(-1, 256) @ b).reshape(32, 64, 128))  # fmt: skip
    add("outer", "i,j->ij", [(1000,), (1000,)], np.multiply.outer)
    add("dot", "i,i->", [(100_000,)] * 2, np.dot)
    add("trace", "ii->", [(1000, 1000)], np.trace)
    add("diagonal", "ii->i", [(1000, 1000)], np.diagonal)
    add("sum by row", "ij->i", [(1000, 1000)], lambda a: a.sum(1))
    add("sum by column", "ij->j", [(1000, 1000)], lambda a: a.sum(0))
    add("transpose", "ij->ji", [(1000, 1000)], np.transpose)
    add("Hadamard", "ij,ij->ij", [(500, 500)] * 2, np.multiply)
    add("Hadamard with transpose", "ij,ji->ij", [(500, 500)] * 2, lambda a, b: a * b.T)
    add("column scaling", "ij,j->ij", [(500, 500), (500,)], np.multiply)
    add("Frobenius", "ij,ij->", [(500, 500)] * 2, lambda a, b: a.ravel() @ b.ravel())
    add("distances d=3", "ijd,ijd->ij", [(300, 300, 3)] * 2, np.vecdot)
    add("distances d=64", "ijd,ijd->ij", [(100, 100, 64)] * 2, np.vecdot)
    add("abcd,cdef->abef", "abcd,cdef->abef", [(16, 16, 16, 16)] * 2, lambda a, b: np.tensordot(a, b, 2))
    add("abcd,dfbe->acef", "abcd,dfbe->acef", [(16, 16, 16, 16)] * 2,
        lambda a, b: np.tensordot(a, b, ((1, 3), (2, 0))).swapaxes(2, 3))  # fmt: skip
    windows = np.lib.stride_tricks.sliding_window_view(_numbers(rng, (16, 3, 36, 36)), (5, 5), (2, 3))
    kernels = _numbers(rng, (8, 3, 5, 5))
    found.append(Case("5×5 convolution", "large", "bcxyij,ocij->boxy", [windows, kernels], _convolution))
    add("bilinear", "bn,anm,bm->ba", [(64, 32), (16, 32, 32), (64, 32)], _bilinear)
    add("chain of 3", "ij,jk,kl->il", [(200, 10), (10, 300), (300, 20)], lambda a, b, c: a @ (b @ c))
    add("chain of 4", "ij,jk,kl,l->i", [(200, 200)] * 3 + [(200,)], lambda a, b, c, d: a @ (b @ (c @ d)))
    add("MTTKRP", "ijk,jr,kr->ir", [(60, 60, 60), (60, 16), (60, 16)],
        lambda a, b, c: a.reshape(60, -1) @ (b[:, None] * c[None]).reshape(-1, 16))  # fmt: skip
    add("four-index transformation", "pi,qj,ijkl,rk,sl->pqrs", [(12, 12)] * 2 + [(12,) * 4] + [(12, 12)] * 2, _four)
    add("five operands", "ab,bcd,de,cef,f->a", [(20, 30), (30, 8, 25), (25, 30), (8, 30, 9), (9,)], _five)
    add("MPS ring", "apb,bqc,crd,dse,eta->pqrst", [(8, 3, 8)] * 5, _ring)
    add("six operands", "ab,bc,cd,de,ef,fa->", [(40, 40)] * 6,
        lambda a, b, c, d, e, f: np.vdot(a @ b @ c, (d @ e @ f).T))  # fmt: skip

    def tiny(name, spec, shapes, hand):
        add(name, spec, shapes, hand, group="tiny")

    for n in (2, 4, 8):
        tiny(f"{n}×{n} product", "ij,jk->ik", [(n, n)] * 2, np.dot)
    tiny("4×4, b transposed", "ij,kj->ik", [(4, 4)] * 2, lambda a, b: a.dot(b.T))
    tiny("4×4, a transposed", "ji,jk->ik", [(4, 4)] * 2, lambda a, b: a.T.dot(b))
    tiny("4×4 times vector", "ij,j->i", [(4, 4), (4,)], np.dot)
    tiny("vector times 4×4", "i,ij->j", [(4,), (4, 4)], np.dot)
    tiny("dot of 8", "i,i->", [(8,)] * 2, np.dot)
    tiny("outer 4", "i,j->ij", [(4,), (4,)], np.multiply.outer)
    tiny("transpose 4×4", "ij->ji", [(4, 4)], np.transpose)
    tiny("trace 4×4", "ii->", [(4, 4)], np.trace)
    tiny("sum 4×4", "ij->", [(4, 4)], np.sum)
    tiny("Hadamard 4×4", "ij,ij->ij", [(4, 4)] * 2, np.multiply)
    tiny("batch 2×3×3", "bij,bjk->bik", [(2, 3, 3)] * 2, np.matmul)
    tiny("chain of 3, 4×4", "ij,jk,kl->il", [(4, 4)] * 3, lambda a, b, c: a.dot(b).dot(c))
    return found


def _by_float(a, b):
    return (a.astype(float) @ b.astype(float)).astype(int)


def _batch_last(a, b):
    a, b = (np.ascontiguousarray(x.transpose(2, 0, 1)) for x in (a, b))
    return (a @ b).transpose(1, 2, 0)


def _convolution(windows, kernels):
    return np.tensordot(windows, kernels, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)


def _bilinear(x, w, y):
    return ((x @ w).transpose(1, 0, 2) @ y[:, :, None])[:, :, 0]


def _four(p, q, x, r, s):
    n = len(p)
    for matrix in (s, r, q, p):
        x = (matrix @ x.reshape(-1, n).T).reshape((n,) * 4)
    return x


def _five(a, b, c, d, e):
    right = (d @ e) @ c.T  # cd, summed over e
    return a @ np.tensordot(b, right, ((1, 2), (0, 1)))


def _ring(a, b, c, d, e):
    left = np.tensordot(np.tensordot(a, b, 1), c, 1)  # a p q r d
    right = np.tensordot(d, e, 1)  # d s t a
    return np.tensordot(left, right, ((0, 4), (3, 0)))
