// A block of threads on a processor: fibers that take turns, or (with SHIM_THREADS) threads of the operating system,
// in which a sanitizer sees races.
//
// Blocks run one after another. Shared memory is static memory in a section of its own, filled with ones before every
// block: whoever reads what nobody wrote gets NaN, or -1.
#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#ifdef SHIM_THREADS
#include <condition_variable>
#include <mutex>
#include <thread>
#else
#include <ucontext.h>
#endif

struct uint3 {
    unsigned x, y, z;
};
using dim3 = uint3;
constexpr int warpSize = 32;

struct Launch {
    uint3 grid, block;
    size_t shared;  // bytes of dynamic shared memory
};

#define __shared__ static __attribute__((section("shim_shared")))
extern char __start_shim_shared[] __attribute__((weak, visibility("hidden")));
extern char __stop_shim_shared[] __attribute__((weak, visibility("hidden")));

struct Barrier {
    unsigned arrived = 0;
    unsigned long round = 0;
};

struct Thread {
    uint3 index;
    unsigned number = 0;
    bool ended = false;
    Barrier* waits = nullptr;
    unsigned long round = 0;
    char gives[8] = {};  // to a shuffle
#ifndef SHIM_THREADS
    ucontext_t context;
    std::unique_ptr<char[]> stack;
#endif
};

struct Block {
    uint3 index;
    std::vector<Thread> threads;
    unsigned live;
    Barrier all;
    std::vector<unsigned> lanes;                      // of each warp, those that have not ended
    std::vector<std::map<unsigned, Barrier>> masked;  // of each warp, the barriers that shuffles and syncwarp make
#ifdef SHIM_THREADS
    std::mutex mutex;
    std::condition_variable changed;
#else
    ucontext_t scheduler;
#endif
};

#ifdef SHIM_THREADS
#define SHIM_OF_THREAD inline thread_local
#else
#define SHIM_OF_THREAD inline
#endif
inline Block* block_now;
inline Launch launch_now;
inline char* dynamic_shared;
inline const std::function<void()>* kernel_now;
SHIM_OF_THREAD Thread* thread_now;
#define threadIdx (thread_now->index)
#define blockIdx (block_now->index)
#define blockDim (launch_now.block)
#define gridDim (launch_now.grid)

inline bool is_shared(const void* at) {
    const char* p = static_cast<const char*>(at);
    return (p >= __start_shim_shared && p < __stop_shim_shared) ||
           (p >= dynamic_shared && p < dynamic_shared + launch_now.shared);
}

// A thread waits until the barrier's round is over. A round is over when as many have come as are expected.
inline void finish(Barrier& barrier) {
    barrier.arrived = 0;
    ++barrier.round;
#ifdef SHIM_THREADS
    block_now->changed.notify_all();
#endif
}

template <typename Expected>
void wait(Barrier& (*which)(unsigned), unsigned mask, Expected expected) {
#ifdef SHIM_THREADS
    std::unique_lock lock(block_now->mutex);
#endif
    Barrier& barrier = which(mask);
    const unsigned long round = barrier.round;
    if (++barrier.arrived >= expected()) return finish(barrier);
#ifdef SHIM_THREADS
    block_now->changed.wait(lock, [&] { return barrier.round != round; });
#else
    thread_now->waits = &barrier, thread_now->round = round;
    swapcontext(&thread_now->context, &block_now->scheduler);
#endif
}

inline Barrier& barrier_of_block(unsigned) { return block_now->all; }
inline Barrier& barrier_of_warp(unsigned mask) { return block_now->masked[thread_now->number / warpSize][mask]; }
inline unsigned in_warp(unsigned mask) {
    return __builtin_popcount(mask & block_now->lanes[thread_now->number / warpSize]);
}

inline void __syncthreads() {
#ifndef SHIM_WITHOUT_BARRIERS
    wait(barrier_of_block, 0, [] { return block_now->live; });
#endif
}
inline void __syncwarp(unsigned mask = 0xffffffff) {
    wait(barrier_of_warp, mask, [mask] { return in_warp(mask); });
}

// Whoever has ended is not waited for, as on every GPU since compute capability 7.0.
inline void ended() {
#ifdef SHIM_THREADS
    std::unique_lock lock(block_now->mutex);
#endif
    const unsigned warp = thread_now->number / warpSize;
    thread_now->ended = true;
    block_now->lanes[warp] &= ~(1u << thread_now->number % warpSize);
    if (--block_now->live && block_now->all.arrived == block_now->live) finish(block_now->all);
    for (auto& [mask, barrier] : block_now->masked[warp])
        if (barrier.arrived && barrier.arrived == in_warp(mask)) finish(barrier);
}

// Runs every thread of a block to its end; false where all that are left wait for one another.
#ifdef SHIM_THREADS
inline bool run(Block& block) {
    std::vector<std::thread> all;
    for (auto& each : block.threads)
        all.emplace_back([&each] { thread_now = &each, (*kernel_now)(), ended(); });
    for (auto& each : all) each.join();
    return true;
}
#else
inline void fiber() {
    (*kernel_now)();
    ended();
    swapcontext(&thread_now->context, &block_now->scheduler);
}
inline bool run(Block& block) {
    constexpr size_t room = 1 << 17;
    static std::vector<std::unique_ptr<char[]>> stacks;  // kept from block to block
    while (stacks.size() < block.threads.size()) stacks.emplace_back(new char[room]);
    for (auto& each : block.threads) {
        getcontext(&each.context);
        each.context.uc_stack.ss_sp = stacks[each.number].get(), each.context.uc_stack.ss_size = room;
        makecontext(&each.context, fiber, 0);
    }
    for (bool moved = true; block.live && moved;) {
        moved = false;
        for (auto& each : block.threads) {
            if (each.ended || (each.waits && each.waits->round == each.round)) continue;
            each.waits = nullptr, moved = true, thread_now = &each;
            swapcontext(&block.scheduler, &each.context);
        }
    }
    return !block.live;
}
#endif

inline bool launch(const Launch& shape, const std::function<void()>& kernel) {
    std::unique_ptr<char[]> dynamic(new char[shape.shared + 16]);
    launch_now = shape, kernel_now = &kernel;
    dynamic_shared = dynamic.get() + (16 - reinterpret_cast<size_t>(dynamic.get()) % 16) % 16;
    const auto [gx, gy, gz] = shape.grid;
    const auto [bx, by, bz] = shape.block;
    const unsigned size = bx * by * bz, warps = (size + warpSize - 1) / warpSize;
    for (unsigned at = 0; at < gx * gy * gz; ++at) {
        if (__start_shim_shared) std::memset(__start_shim_shared, 0xff, __stop_shim_shared - __start_shim_shared);
        std::memset(dynamic_shared, 0xff, shape.shared);
        Block block;
        block_now = &block;
        block.index = {at % gx, at / gx % gy, at / (gx * gy)};
        block.threads = std::vector<Thread>(size);
        block.live = size;
        block.masked.resize(warps);
        for (unsigned i = 0; i < size; ++i) {
            block.threads[i].number = i;
            block.threads[i].index = {i % bx, i / bx % by, i / (bx * by)};
            if (i % warpSize == 0) block.lanes.push_back(0);
            block.lanes.back() |= 1u << i % warpSize;
        }
        if (!run(block)) return false;
    }
    return true;
}
