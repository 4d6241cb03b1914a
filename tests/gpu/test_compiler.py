"""CUDA C++ and cubins with no GPU. Skips where CuPy or NVRTC is not installed, and says so."""

import re
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import minitensor as mt
from minitensor import plot
from minitensor.cluster.dbscan import kernels as dbscan_kernels
from minitensor.cluster.kmeans import kernels as kmeans_kernels
from minitensor.cluster.lsh import kernels as lsh_kernels
from minitensor.cluster.meanshift import kernels as mean_shift_kernels
from minitensor.command import lesson
from minitensor.errors import CompileError, DTypeError, LaunchError, MissingExtraError
from minitensor.gpu import compiler, cuda, kernel
from minitensor.matrix_product import kernels as matmul_kernels

ARCHITECTURES = ["sm_75", "sm_80", "sm_90"]
MATRICES = ["float32[:, :]"] * 3 + ["int32"] * 3


def why_not():
    """Why nothing can be compiled here, or nothing if it can."""
    try:
        compiler._nvrtc()
    except MissingExtraError as error:
        return str(error)
    return ""


needs_nvrtc = pytest.mark.skipif(bool(why_not()), reason=why_not() or "NVRTC compiles here")


@pytest.fixture
def jit():
    return pytest.importorskip("cupyx.jit", reason="CuPy's JIT is not installed")


def test_a_kernel_that_cupy_does_not_understand(jit):
    @kernel
    def generous(x):
        x[cuda.grid(1)] = sorted(x)[0]

    with pytest.raises(CompileError, match="CuPy's JIT cannot turn generous into CUDA C"):
        generous.cuda_source(["float32[:]"])


def _kernel(jit):
    def add(a, b, c, m, k, n):
        col, row = jit.grid(2)
        if row < m and col < n:
            c[row, col] = a[row, col] + b[row, col]

    return add


@needs_nvrtc
@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("cpp", [matmul_kernels.CPP, mean_shift_kernels.CPP], ids=lambda cpp: cpp.package)
def test_every_kernel_compiles_without_spills(cpp, arch):
    names = cpp.names
    made = compiler.compile_to_cubin(cpp.text, arch, name_expressions=[n for n in names if "<" in n])
    assert sorted(kernel.name for kernel in made.kernels) == sorted(names)
    assert [kernel for kernel in made.kernels if kernel.spills or kernel.local] == []
    assert "warning" not in made.log
    assert made.code.startswith(b"\x7fELF")
    shared = {kernel.name: kernel.shared for kernel in made.kernels}
    registers = {kernel.name: kernel.registers for kernel in made.kernels}
    if cpp is matmul_kernels.CPP:  # as its comments say, and two blocks of 256 fit into 65,536 registers
        assert shared == {"register_tiled": 8192, "vectorised<true>": 16640, "vectorised<false>": 16640}
        assert max(registers.values()) <= 128
    else:
        assert shared["fast<2>"] == 8192 + 12288
        assert registers["fast<2>"] <= 80  # three blocks of 256


@needs_nvrtc
@pytest.mark.parametrize("arch", ["sm_80", "sm_90"])
def test_instructions_of_a_pair(arch, tmp_path):
    """What kernels.cu says of the loop of D = 2: 7 additions and multiplications, 1 exponential, 8.4 in all."""
    loop = Counter(max(loops(mean_shift_kernels.CPP, "fast<2>", arch, tmp_path), key=lambda names: names.count("MUFU")))
    pairs = loop["MUFU"]
    assert pairs >= 4
    assert loop["FADD"] + loop["FFMA"] + loop["FMUL"] == 7 * pairs
    assert loop.total() <= 8.4 * pairs


@needs_nvrtc
@pytest.mark.parametrize("arch", ["sm_80", "sm_90"])
def test_the_vectorised_product_multiplies(arch, tmp_path):
    """Nine in ten instructions of its inner loop are multiply-adds, and what it reads of shared memory are float4s."""
    loop = Counter(
        max(loops(matmul_kernels.CPP, "vectorised<true>", arch, tmp_path), key=lambda names: names.count("FFMA"))
    )
    assert loop["FFMA"] >= 0.89 * loop.total()
    assert loop["FFMA"] == 16 * loop["LDS"]


def loops(cpp, name, arch, folder):
    """The names of the instructions of each innermost loop of a kernel, read from its cubin by nvdisasm."""
    beside = Path(sys.prefix, "lib").glob("python*/site-packages/nvidia/*/bin/nvdisasm")
    nvdisasm = shutil.which("nvdisasm") or next(map(str, beside), None)
    if nvdisasm is None:
        pytest.skip("nvdisasm is not here: pip install nvidia-cuda-nvdisasm")
    made = compiler.compile_to_cubin(cpp.text, arch, name_expressions=[name])
    cubin = folder / "kernel.cubin"
    cubin.write_bytes(made.code)
    text = subprocess.run([nvdisasm, "-c", str(cubin)], capture_output=True, text=True, check=True).stdout
    label, body = "", []
    for line in text.splitlines():
        if start := re.match(r"(\.L_x_\d+):", line):
            label, body = start[1], []
        elif instruction := re.search(r"\*/\s+(?:@!?U?P\w+ +)?([A-Z][A-Z0-9]+)", line):
            body.append(instruction[1])
            if instruction[1] == "BRA" and label and f"({label})" in line:
                yield list(body)


@needs_nvrtc
def test_what_is_reported(jit):
    source = 'extern "C" __global__ void f(float* x) { __shared__ float s[64]; s[threadIdx.x] = x[0]; __syncthreads();'
    made = compiler.compile_to_cubin(source + " x[threadIdx.x] = s[63 - threadIdx.x]; }", "sm_80")
    assert (made.kernels[0].name, made.shared, made.spills, made.arch) == ("f", 256, 0, "sm_80")
    assert 0 < made.registers < 32
    assert re.fullmatch(
        r"sm_80, a cubin of [\d,]+ bytes\nf: \d+ registers, 256 bytes of shared memory, 0 bytes of local memory, "
        r"no spills", str(made)
    )  # fmt: skip


@needs_nvrtc
def test_spills_are_seen():
    source = """extern "C" __global__ void __launch_bounds__(1024, 2) f(float* x) {
        float y[64];
        #pragma unroll
        for (int i = 0; i < 64; ++i) y[i] = x[i * threadIdx.x];
        #pragma unroll
        for (int i = 0; i < 64; ++i) for (int j = 0; j < 64; ++j) y[i] += y[j] * y[i];
        #pragma unroll
        for (int i = 0; i < 64; ++i) x[i * threadIdx.x] = y[i]; }"""
    made = compiler.compile_to_cubin(source)
    assert made.spills > 0
    assert f"{made.spills:,} bytes spilled" in str(made)


@needs_nvrtc
def test_options_reach_the_compiler():
    source = 'extern "C" __global__ void f(float* x) { __shared__ float s[N]; s[int(x[0])] = 1; x[1] = s[int(x[2])]; }'
    assert compiler.compile_to_cubin(source, options=["-DN=100"]).shared == 400


@needs_nvrtc
def test_a_refusal_shows_the_line():
    with pytest.raises(CompileError, match=r'sm_90: kernel\.cu\(2\): error: identifier "y" is undefined\n *x\[0\] = y'):
        compiler.compile_to_cubin('extern "C" __global__ void f(float* x) {\n  x[0] = y;\n}')
    with pytest.raises(CompileError, match="sm_1"):
        compiler.compile_to_cubin("", "sm_1")
    with pytest.raises(MissingExtraError, match=r'nothing\.h, which is not here; .*pip install "cupy-cuda1.x\[ctk\]"'):
        compiler.compile_to_cubin("#include <nothing.h>")


# From Python.
@pytest.mark.parametrize(
    "types",
    [MATRICES, [*[np.ones((2, 2), np.float32)] * 3, 2, 2, 2], [mt.ones((2, 2), "float32")] * 3 + [np.int32(2)] * 3],
)
def test_the_source_says_the_types(jit, types):
    text = compiler.cuda_source(_kernel(jit), types)
    array = "CArray<float, 2, true, true>"
    assert f'extern "C" __global__ void add({array} a, {array} b, {array} c, int m, int k, int n)' in text


def test_numbers_have_the_types_of_a_launch(jit):
    text = compiler.cuda_source(_kernel(jit), [*MATRICES[:3], True, 2**40, 1.5])
    assert "bool m, long long k, float n" in text


@needs_nvrtc
@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_what_the_jit_makes_compiles(jit, arch):
    made = compiler.compile_to_cubin(compiler.cuda_source(_kernel(jit), MATRICES), arch)
    assert [kernel.name for kernel in made.kernels] == ["add"]
    assert made.spills == 0


# A `@kernel`.
LIMITS = ["float32", "float32", "float64"]
DBSCAN = {False: [*LIMITS, "int32"], True: [*LIMITS, "int32[:]", "int32[:, :]", "int32[:, :]", "int32", "int32"]}
FIXED = ["float32[:, :]"] * 2 + ["uint64[:]", "int32[:]"]
KMEANS = [
    *((kmeans_kernels.assign, (d,), [*FIXED[:2], "int32[:]", *["int32"] * 2]) for d in (1, 2, 64)),
    *((kmeans_kernels.fused, (d,), [*FIXED, *["int32"] * 2, "float32"]) for d in (1, 2, 64)),
    *((kmeans_kernels.shared, sizes, [*FIXED, "int32", "float32"]) for sizes in ((1, 8), (2, 64), (64, 46))),
]
HASHED = ["float32[:, :]", "float64[:, :]", "float64[:]", "float64[:]", "int64[:, :]", *["int32"] * 3]
KERNELS = {
    **{name: (getattr(matmul_kernels, f"matmul_{name}"), MATRICES)
       for name in ("naive", "coalesced", "tiled", "register_tiled")},
    **{f"{make.__name__}({d})": (make(d), ["float32[:, :]"] * 3 + ["int32"] * 2 + ["float32"])
       for make in (mean_shift_kernels.fused, mean_shift_kernels.tiled) for d in (1, 2, 8, 64)},
    **{f"dbscan {make.__name__}({d}, {runs})": (make(d, runs), ["float32[:, :]", *given, *DBSCAN[runs]])
       for make, given in ((dbscan_kernels.count, ["int32[:]", "int32"]), (dbscan_kernels.unite, ["int32[:]"] * 3),
                           (dbscan_kernels.border, ["int32[:]"] * 3))
       for d, runs in ((2, False), (64, False), (3, True))},
    "dbscan find": (dbscan_kernels.find(), ["int32[:]"] * 3 + ["int32"]),
    **{f"k-means {make.__name__}({', '.join(map(str, sizes))})": (make(*sizes), types)
       for make, sizes, types in KMEANS},
    **{f"lsh hash {kind}, {bits}": (lsh_kernels.hashing_kernel(kind, bits), HASHED)
       for kind in ("sign", "stable") for bits in (1, 16, 48)},
    "lsh mark": (lsh_kernels.mark, ["int64[:]", "int64[:, :]", "int64[:, :]", "uint32[:, :]", "int32"]),
    "lsh compact": (lsh_kernels.compact, ["uint32[:, :]", "int32[:, :]", "int32[:]", "int32", "int32"]),
    "lsh compare": (lsh_kernels.compare, [*["float32[:, :]"] * 2, "int32[:, :]", "int32[:]", "float32[:, :]", "int32"]),
}  # fmt: skip


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_kernel_in_python_compiles(shim, nvrtc, arch):
    """All in one program: most of the time goes into CUDA's headers."""
    made = shim.cubin([which.cuda_source(types) for which, types in KERNELS.values()], arch)
    assert len(made.kernels) == len(KERNELS)
    for each in made.kernels:
        name = list(KERNELS)[int(re.search(r"kernel_(\d+)_", each.name)[1])]
        assert each.spills == 0, name
        if name.startswith("k-means shared("):
            d, k = map(int, name[15:-1].split(", "))
            assert 0 <= each.shared - (12 * k * d + 4 * k) < 24, name  # and what lies between them, to begin at 8 bytes
            continue
        assert each.shared == {"tiled": 2 * 16 * 16 * 4, "register_tiled": 2 * 128 * 8 * 4, "lsh compact": 4 * 128}.get(
            name, 128 * 4 * int(name[6:-1]) if name.startswith("tiled(") else 0
        ), name


@kernel
def neighbour(x, n):
    i = cuda.threadIdx.x - 1
    if i >= 0 and i < n:
        x[i] = cuda.exp(x[i])


def test_a_kernel_says_its_source(jit):
    text = neighbour.cuda_source(["float32[:]", 5])
    assert 'extern "C" __global__ void neighbour(CArray<float, 1, true, true> x, int n)' in text
    assert "(int)(threadIdx.x)" in text  # with a sign, or i >= 0 would always be true


def test_a_kernel_remembers_the_types_of_its_last_launch(jit):
    @kernel
    def doubles(x, y, n):
        i = cuda.grid(1)
        if i < n:
            x[i, 0] = y[i] * 2

    with pytest.raises(LaunchError, match="doubles has not been launched, so the types of x, y, n are not known"):
        doubles.cuda_source()
    doubles[1, 4](np.zeros((4, 1), "float32"), np.ones(4, "int64"), 4)
    assert doubles.cuda_source() == doubles.cuda_source(["float32[:, :]", "int64[:]", "int32"])


def test_a_kernel_wants_the_type_of_each_parameter():
    with pytest.raises(LaunchError, match=r"neighbour takes 2 arguments \(x, n\), 1 were given"):
        neighbour.cuda_source(["float32[:]"])


def test_a_kernel_without_cupy_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupyx.jit", None)
    with pytest.raises(MissingExtraError, match=r'pip install "cupy-cuda1.x\[ctk\]"'):
        neighbour.compile(["float32[:]", "int32"])


@needs_nvrtc
def test_the_lesson_shows_what_the_jit_makes(jit, capsys):
    """Lesson 7 holds a piece of CUDA C++ and what the compiler says of it, for readers without CuPy."""
    path = lesson.lessons()[7]
    plot.headless()
    names = runpy.run_path(str(path))
    plot.close_all()
    source = names["tiled"].cuda_source(names["types"])
    assert source in capsys.readouterr().out
    shown = path.read_text(encoding="utf-8").partition("code-block:: c++")[2].partition("# For an H100")[0]
    shown = "".join(shown.replace("#", "").split())
    assert shown.count("__syncthreads();") == 2
    assert shown in "".join(source.split())
    made = names["tiled"].compile(names["types"])
    assert (made.shared, made.spills) == (2048, 0)


def test_what_the_jit_does_not_know_is_marked(jit):
    def wrong(a):
        a[0] = {}[a]

    with pytest.raises(CompileError, match=r"(?s)cannot turn wrong into CUDA C\+\+: .*> +a\[0\] = \{\}\[a\]"):
        compiler.cuda_source(wrong, ["float32[:]"])


@pytest.mark.parametrize("given", ["nix", "float32[", "float32[:,]", "float32[2]", "object", None, [1]])
def test_types_that_mean_nothing(jit, given):
    with pytest.raises(DTypeError, match=re.escape(repr(given).strip("'"))):
        compiler.cuda_source(_kernel(jit), [given] * 6)


def test_without_cupy_the_error_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupyx.jit", None)
    monkeypatch.setitem(sys.modules, "cupy._core.core", None)
    for call in (lambda: compiler.cuda_source(print, []), lambda: compiler.compile_to_cubin("")):
        with pytest.raises(MissingExtraError, match=r'needs CuPy, though no GPU .*: pip install "cupy-cuda1.x\[ctk\]"'):
            call()


def test_without_nvrtc_the_error_installs_it(jit, monkeypatch):
    def missing():
        raise RuntimeError("libnvrtc.so is not found")

    monkeypatch.setattr("cupy_backends.cuda.libs.nvrtc", SimpleNamespace(getVersion=missing))
    with pytest.raises(MissingExtraError, match=r'NVRTC, .* is not here: pip install "cupy-cuda1.x\[ctk\]"'):
        compiler.compile_to_cubin("")
