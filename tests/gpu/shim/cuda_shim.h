// Enough CUDA for a C++ compiler: the .cu files of minitensor run on a processor, a thread for a thread.
//
// Blocks run one after another, their threads at once. Shared memory is static memory, so one block at a time has it.
// It is filled with NaN before every block (with SHIM_POISON): whoever reads what nobody wrote gets NaN.
#pragma once

#include <barrier>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#define __global__
#define __device__
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __shared__ static

struct uint3 {
    unsigned x, y, z;
};
struct __align__(16) float4 {
    float x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline int min(int x, int y) { return x < y ? x : y; }

inline thread_local uint3 threadIdx, blockIdx, blockDim, gridDim;
inline thread_local std::barrier<>* block_barrier;

inline void __syncthreads() {
#ifndef SHIM_WITHOUT_BARRIERS
    block_barrier->arrive_and_wait();
#endif
}

#ifdef SHIM_POISON
// Where the linker put everything static of this library that starts as zeros: the shared memory of its kernels. The
// shim itself keeps nothing there.
extern char __bss_start[] __attribute__((visibility("hidden")));
extern char _end[] __attribute__((visibility("hidden")));
inline void poison() { std::memset(__bss_start, 0xff, _end - __bss_start); }  // all bits set is NaN
#else
inline void poison() {}
#endif

// Run `kernel` in `blocks` blocks of width x height threads.
template <typename Kernel>
void launch(unsigned blocks, unsigned width, unsigned height, Kernel kernel) {
    for (unsigned block = 0; block < blocks; ++block) {
        poison();
        std::barrier<> barrier(width * height);
        std::vector<std::thread> threads;
        for (unsigned y = 0; y < height; ++y)
            for (unsigned x = 0; x < width; ++x)
                threads.emplace_back([&, x, y] {
                    threadIdx = {x, y, 0}, blockIdx = {block, 0, 0};
                    blockDim = {width, height, 1}, gridDim = {blocks, 1, 1};
                    block_barrier = &barrier;
                    kernel();
                    barrier.arrive_and_drop();  // whoever has returned is not waited for
                });
        for (auto& thread : threads) thread.join();
    }
}
