// Enough CUDA for a C++ compiler to take what CuPy's JIT writes: the machine, arithmetic, atomics and shuffles.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <tuple>
#include <utility>

#include <math.h>
#include <stdlib.h>

#include "float32.h"
#include "machine.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))

template <typename Int, typename From>
Int convert(From x) {
    if constexpr (std::is_same_v<From, double> || std::is_same_v<From, float>)
        return saturated<Int>(x);
    else
        return static_cast<Int>(x);
}

// CUDA's overloads of max and min: of two kinds of whole numbers the one that C++ would compute in.
template <Whole A, Whole B>
auto max(A x, B y) { using T = decltype(+x + +y); return T(x) > T(y) ? T(x) : T(y); }
template <Whole A, Whole B>
auto min(A x, B y) { using T = decltype(+x + +y); return T(x) < T(y) ? T(x) : T(y); }
inline double max(double x, double y) { return greater_of(x, y); }
inline double min(double x, double y) { return smaller_of(x, y); }

// Bits.
inline Float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline int __float_as_int(Float x) { return std::bit_cast<int>(x.raw()); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }

struct alignas(16) float4 {
    Float x, y, z, w;
};
inline float4 make_float4(Float x, Float y, Float z, Float w) { return {x, y, z, w}; }
inline Float __fmul_rn(Float x, Float y) { return x * y; }

// Atomics: read, change and write in one step; what was there comes back.
template <typename T, typename Change>
T atomically(T* at, Change change) {
    using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint16_t>>;
    Bits* place = reinterpret_cast<Bits*>(at);
    Bits old = __atomic_load_n(place, __ATOMIC_RELAXED);
    for (;;) {
        const T was = std::bit_cast<T>(old);
        const Bits now = std::bit_cast<Bits>(static_cast<T>(change(was)));
        if (__atomic_compare_exchange_n(place, &old, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return was;
    }
}
template <typename T>
using Same = std::type_identity_t<T>;
#define ATOMIC(name, result) \
    template <typename T>    \
    T name(T* at, Same<T> y) { return atomically(at, [=](T x) { return result; }); }
ATOMIC(atomicAdd, x + y)
ATOMIC(atomicSub, x - y)
ATOMIC(atomicExch, y)
ATOMIC(atomicMin, x < y ? x : y)
ATOMIC(atomicMax, x > y ? x : y)
ATOMIC(atomicInc, x >= y ? 0 : x + 1)
ATOMIC(atomicDec, x == 0 || x > y ? y : x - 1)
ATOMIC(atomicAnd, x & y)
ATOMIC(atomicOr, x | y)
ATOMIC(atomicXor, x ^ y)
#undef ATOMIC
template <typename T>
T atomicCAS(T* at, Same<T> compare, Same<T> y) { return atomically(at, [=](T x) { return x == compare ? y : x; }); }
// PTX: atom.add.f32 flushes in global memory, and does not in shared memory.
inline Float atomicAdd(Float* at, Float y) {
    const bool keeps = is_shared(at);
    return atomically(at, [=](Float x) { return keeps ? Float(x.raw() + y.raw()) : x + y; });
}

// Shuffles: every lane of the mask gives a value, all wait, each takes that of its partner, all wait.
template <typename T>
T exchange(unsigned mask, T value, int partner) {
    std::memcpy(thread_now->gives, &value, sizeof(T));
    __syncwarp(mask);
    const unsigned number = thread_now->number / warpSize * warpSize + partner;
    T taken;
    std::memset(static_cast<void*>(&taken), 0xff, sizeof(T));  // of a lane that is not there or did not give: anything
    if (number < block_now->threads.size() && mask >> partner & 1)
        std::memcpy(static_cast<void*>(&taken), block_now->threads[number].gives, sizeof(T));
    __syncwarp(mask);
    return taken;
}
inline int lane_now() { return thread_now->number % warpSize; }
template <typename T>
auto given(T x) { if constexpr (Whole<T>) return +x; else return x; }
template <typename T>
auto __shfl_sync(unsigned mask, T value, int lane, int width = warpSize) {
    return exchange(mask, given(value), lane_now() / width * width + (lane & (width - 1)));
}
template <typename T>
auto __shfl_up_sync(unsigned mask, T value, unsigned lanes, int width = warpSize) {
    const int me = lane_now();
    return exchange(mask, given(value), me % width < int(lanes) ? me : me - int(lanes));
}
template <typename T>
auto __shfl_down_sync(unsigned mask, T value, unsigned lanes, int width = warpSize) {
    const int me = lane_now();
    return exchange(mask, given(value), me % width + int(lanes) >= width ? me : me + int(lanes));
}
template <typename T>
auto __shfl_xor_sync(unsigned mask, T value, int lanes, int width = warpSize) {
    const int me = lane_now(), partner = me ^ lanes;
    return exchange(mask, given(value), partner / width > me / width ? me : partner);
}

// From here on `float` is what a GPU has.
#define float Float
class float16;
class bfloat16;
#define CUPY_JIT_MODE
// The least number divided by -1 stops a processor, and is itself on a GPU.
#define _floor_divide cupy_floor_divide
#include <cupy/carray.cuh>
#undef _floor_divide
template <typename X, typename Y>
auto _floor_divide(X x, Y y) {
    if constexpr (std::is_integral_v<Y> && std::is_signed_v<Y>)
        if (y == -1) return decltype(cupy_floor_divide(x, y))(0) - x;
    return cupy_floor_divide(x, y);
}
#include <cupy/math_constants.h>

// How an argument comes from Python: a number by its address, an array by that of {data, shape}.
template <typename T>
struct Unpacked {
    static T from(void* given) { return *static_cast<T*>(given); }
};
template <typename T, int N, bool C, bool I>
struct Unpacked<CArray<T, N, C, I>> {
    static CArray<T, N, C, I> from(void* given) {
        void** data = static_cast<void**>(given);
        return CArray<T, N, C, I>(static_cast<T*>(*data), reinterpret_cast<ptrdiff_t*>(data + 1));
    }
};
template <typename... P, size_t... At>
bool launch(const Launch& shape, void (*kernel)(P...), void** given, std::index_sequence<At...>) {
    return launch(shape, [=] { kernel(Unpacked<P>::from(given[At])...); });
}
template <typename... P>
bool launch(const Launch& shape, void (*kernel)(P...), void** given) {
    return launch(shape, kernel, given, std::index_sequence_for<P...>());
}
