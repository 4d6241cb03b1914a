"""What a kernel must not say, and what to write instead."""

import ast


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names that C++ or CUDA keeps for itself, and Python does not.
RESERVED = _words(
    """
    CUDART_INF_F FLT_MAX INT_MAX M_PI NULL alignas alignof and_eq asm auto bitand bitor blockDim blockIdx bool
    catch char char16_t char32_t compl complex const const_cast constexpr decltype default delete do double
    dynamic_cast enum explicit export extern false float friend goto gridDim inline int long mutable namespace new
    noexcept not_eq nullptr operator or_eq private protected public register reinterpret_cast short signed sizeof
    static static_assert static_cast struct switch template this threadIdx thread_local throw true typedef typeid
    typename union unsigned using virtual void volatile warpSize wchar_t xor xor_eq
    """
)
# What CUDA has functions, types and namespaces of: no kernel can be called so, nor so with an f behind it.
FUNCTIONS = _words(
    """
    CArray Dim abs acos acosh asin asinh assert atan atan2 atanh cbrt ceil clock clock64 copysign cos cosh cospi
    cudaError_t cupy dim3 div erf erfc erfcinv erfcx erfinv exp exp10 exp2 expm1 fabs fdim fdivide floor fma fmax
    fmin fmod free frexp hypot ilogb isfinite isinf isnan j0 j1 jn labs ldexp lgamma llabs llrint llround log
    log10 log1p log2 logb lrint lround malloc max memcpy memset min modf nan nearbyint nextafter norm norm3d
    norm4d normcdf normcdfinv pow printf rcbrt remainder remquo rhypot rint rnorm round rsqrt scalbln scalbn
    signbit sin sincos sincospi sinh sinpi sqrt tan tanh tgamma trunc y0 y1 yn
    """
)
# Python's and C's names for what NumPy calls otherwise.
OURS = {"acos": "arccos", "asin": "arcsin", "atan": "arctan", "atan2": "arctan2", "fabs": "absolute", "abs": "absolute",
        "pow": "power", "amax": "maximum", "amin": "minimum", "max": "maximum", "min": "minimum",
        "barrier": "syncthreads", "shared": "shared_memory", "atomic": "atomic_add"}  # fmt: skip
# Names that kernels use and that a file has forgotten to import.
IMPORTED = {
    "np": "write `import numpy as np` above the kernel",
    "cuda": "write `from minitensor.gpu import cuda` above the kernel",
}
# What Python has and a kernel cannot.
REFUSED: dict[type, str] = {
    ast.List: "there are no lists in a kernel; use an array, or a variable for each",
    ast.Dict: "there are no dicts in a kernel; use an array, or a variable for each",
    ast.Set: "there are no sets in a kernel; use an array, or a variable for each",
    ast.ListComp: "there are no lists in a kernel; write a loop",
    ast.GeneratorExp: "there are no generators in a kernel; write a loop",
    ast.Lambda: "a kernel has no lambda; write @kernel(device=True) above a function outside of it",
    ast.NamedExpr: "a kernel has no :=; write the assignment on a line of its own",
    ast.JoinedStr: "there is no text in a kernel; write a number into an array that it is given",
    ast.Slice: "a thread reads and writes single elements; give an index, not a slice",
    ast.Starred: "a kernel has no *; write each part",
    ast.FunctionDef: "a kernel has no functions inside; write @kernel(device=True) above one outside of it",
    ast.ClassDef: "a kernel has no classes; write it outside, and hand over numbers and arrays",
    ast.Delete: "a kernel has no del; write on without it",
    ast.With: "a kernel has no with; write its body alone",
    ast.Try: "a kernel has no try, since nothing is raised in it; write an if",
    ast.Raise: "a kernel cannot raise; write a mark into an array",
    ast.Import: "a kernel imports nothing; write the import outside of it",
    ast.ImportFrom: "a kernel imports nothing; write the import outside of it",
    ast.Global: "a kernel changes nothing outside but arrays; hand it one",
    ast.Nonlocal: "a kernel changes nothing outside but arrays; hand it one",
    ast.AnnAssign: "write the name without its type: it has that of the value",
    ast.Match: "a kernel has no match; write if",
    ast.AsyncFor: "a kernel has no async; write a loop over range(...)",
}
# What to write instead of functions that CuPy's compiler does not know.
INSTEAD = {
    "abs": "cuda.absolute(x)",
    "print": "nothing: look at the arrays after the launch",
    "round": "cuda.rint(x)",
    "pow": "x ** y, or cuda.power(x, y)",
    "sum": "a loop that adds",
    "divmod": "x // y and x % y",
    "enumerate": "for i in range(n)",
    "reversed": "range(n - 1, -1, -1)",
    "zip": "for i in range(n)",
}
