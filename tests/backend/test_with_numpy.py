import math
import sys

import numpy as np

from minitensor import backend as backends
from minitensor.backend import numpy_calls, with_numpy


def test_powers_of_two_are_chosen_where_numpy_has_vector_instructions_for_them(monkeypatch):
    lib = backends.load("numpy")
    for target, system, base in (
        ("AVX512_SKX", "linux", 2.0),
        ("X86_V4", "linux", 2.0),
        ("X86_V4", "win32", math.e),
        ("baseline(X86_V2)", "linux", math.e),
    ):
        monkeypatch.setattr(sys, "platform", system)
        found = {"exp2": {"ff": {"current": target, "available": "AVX512_SKX baseline(X86_V2)"}}}
        with_numpy._many_exp2_at_once.cache_clear()
        monkeypatch.setattr(np.lib.introspect, "opt_func_info", lambda found=found, **names: found)
        assert lib.base("float32") == base
    with_numpy._many_exp2_at_once.cache_clear()


def test_large_products_of_integers_go_by_way_of_float64(monkeypatch):
    seen = []
    a = np.random.default_rng(0).integers(-9, 9, (64, 64))
    monkeypatch.setattr(
        with_numpy, "integer_matmul", lambda *pair: seen.append(pair) or numpy_calls.integer_matmul(*pair)
    )
    np.testing.assert_array_equal(backends.matmul(a, a), a @ a)
    assert len(seen) == 1
