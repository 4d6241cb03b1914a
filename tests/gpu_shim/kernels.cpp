// The .cu files of minitensor/gpu as C++, for tests/gpu_shim/test_sources.py: as a library that ctypes calls, and with
// SHIM_MAIN as a program in which a sanitizer looks for races.
#include "cuda_shim.h"

#include "matmul.cu"
#include "mean_shift.cu"

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
int main() {
    const int m = 130, k = 20, n = 132, q = 130, points = 1030;
    std::vector<float> x(1 << 17), y(1 << 17);
    for (size_t i = 0; i < x.size(); ++i) x[i] = std::sin(float(i));
    shim_register_tiled(4, 16, 16, x.data(), x.data(), y.data(), m, k, n);
    for (bool aligned : {true, false}) shim_vectorised(4, 256, 1, aligned, x.data(), x.data(), y.data(), m, k, n);
    shim_fast(2, 256, 1, 2, x.data(), x.data(), y.data(), q, points, 1.0f);
    shim_fast(3, 256, 1, 3, x.data(), x.data(), y.data(), q, points, 1.0f);
    shim_fast(2, 128, 1, 64, x.data(), x.data(), y.data(), 33, points, 1.0f);
}
#endif
