// The .cu files of minitensor as C++, for tests/gpu/test_cpp.py: as a library that ctypes calls, and with
// SHIM_MAIN as a program in which a sanitizer looks for races.
#include "cuda_shim.h"

#include "matrix_product/kernels.cu"
#include "cluster/meanshift/kernels.cu"

// Each gets the blocks, and the width and height of a block, that the Python function would launch it with.
extern "C" void shim_register_tiled(unsigned blocks, unsigned width, unsigned height, const float* a, const float* b,
                                    float* c, int m, int k, int n) {
    launch(blocks, width, height, [=] { register_tiled(a, b, c, m, k, n); });
}

extern "C" void shim_vectorised(unsigned blocks, unsigned width, unsigned height, bool aligned, const float* a,
                                const float* b, float* c, int m, int k, int n) {
    launch(blocks, width, height, [=] { (aligned ? vectorised<true> : vectorised<false>)(a, b, c, m, k, n); });
}

extern "C" void shim_fast(unsigned blocks, unsigned width, unsigned height, int d, const float* queries,
                          const float* points, float* moved, int q, int n, float scale) {
    decltype(&fast<1>) kernels[] = {fast<1>, fast<2>, fast<3>, fast<4>, fast<5>, fast<6>, fast<7>, fast<8>};
    auto kernel = d == 64 ? fast<64> : kernels[d - 1];
    launch(blocks, width, height, [=] { kernel(queries, points, moved, q, n, scale); });
}

// Reads shared memory that nobody wrote, of a plain kernel and of a template: proves that the poison is there.
__global__ void careless(float* out) {
    __shared__ float unwritten[4];
    if (threadIdx.x > 4) unwritten[0] = 0.0f;  // never; but for this the compiler knows that it is 0
    out[threadIdx.x] = unwritten[threadIdx.x];
}

template <int N>
__global__ void careless_template(float* out) {
    __shared__ float unwritten[N];
    if (threadIdx.x > N) unwritten[0] = 0.0f;
    out[threadIdx.x] = unwritten[threadIdx.x];
}

extern "C" void shim_careless(float* out) {
    launch(1, 4, 1, [=] { careless(out), careless_template<4>(out + 4); });
}

#ifdef SHIM_MAIN
// As many numbers as said and not one more, so that the address sanitizer sees who reads or writes beyond.
static std::vector<float> numbers(size_t count) {
    std::vector<float> x(count);
    for (size_t i = 0; i < count; ++i) x[i] = std::sin(float(i));
    return x;
}

static void multiply(int m, int k, int n) {
    auto a = numbers(m * k), b = numbers(k * n), c = numbers(m * n);
    const unsigned blocks = (m + TILE - 1) / TILE * ((n + TILE - 1) / TILE);
    shim_register_tiled(blocks, 16, 16, a.data(), b.data(), c.data(), m, k, n);
    const bool aligned = k % 4 == 0 && n % 4 == 0;
    shim_vectorised(blocks, 256, 1, aligned, a.data(), b.data(), c.data(), m, k, n);
}

static void shift(int d, unsigned blocks, unsigned threads, int q, int n) {
    auto queries = numbers(q * d), points = numbers(n * d), moved = numbers(q * d);
    shim_fast(blocks, threads, 1, d, queries.data(), points.data(), moved.data(), q, n, 1.0f);
}

int main() {
    multiply(130, 20, 132);
    multiply(130, 11, 131);
    shift(2, 2, 256, 130, 1030);
    shift(3, 2, 256, 65, 1030);
    shift(64, 2, 128, 33, 70);
}
#endif
