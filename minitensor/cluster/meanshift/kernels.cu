// gpu_fast, the last rung of the mean-shift ladder: one update with the Gaussian kernel, in float32.
//
// Each query moves to the mean of all points, a point at distance r weighing exp(-r^2 / (2 h^2)), h the bandwidth. The
// work is one exponential for each pair of a query and a point; everything here is there to keep the units that make
// exponentials busy. What it adds to gpu_tiled:
//
//   1. The exponential is one instruction. In coordinates multiplied by scale = sqrt(log2(e) / 2) / h, the weight is
//      2^(-r^2): no factor is left inside the loop. With -ftz=true, which CuPy always passes, exp2f is the instruction
//      ex2.approx.ftz.f32 and nothing else.
//   2. Several queries a thread: each point read from shared memory serves QUERIES pairs.
//   3. D, the number of dimensions, is known to the compiler, so coordinates and sums live in registers.
//   4. The warps of a block share its queries and divide its points, so that even a few thousand queries fill a GPU.
//
// Contract: block (WARPS * 32), gridDim.x = ceil(q / (32 * QUERIES)). queries (q, D), points (n, D) with n >= 1 and
// moved (q, D) are row-major; moved is none of the others. A block reads every point from global memory once, its own
// queries once a warp, and writes each of its results once; it needs no other memory, so an update takes the memory of
// its inputs and output, O((n + q) D), whatever n is.
// Shared memory: the tile of points, CHUNK * D floats, and the sums, QUERIES * (D + 1) floats a thread: for D = 2
// 8,192 + 12,288 bytes. Registers: D for each query and D + 1 for its sums, and what is being computed.
//
// How exact it is, eps being 2^-24:
//   - Coordinates are taken relative to points[0] and scaled: (x - points[0]) * scale, two roundings. The result is
//     that of data which were moved by at most 2 eps of their distance from points[0] each, and of nothing else as far
//     as coordinates go. Data far from the origin lose nothing.
//   - The squares and their sum err by at most (D + 2) eps r^2, which the weight sees times ln 2.
//   - ex2.approx.ftz.f32 errs by at most 2 ulp, 2^-22 of the weight. Weights below 2^-126 are 0.
//   - What is summed is weight * (point - query), not weight * point, so rounding is relative to how far the points
//     that count are from the query. At most RUN terms are added in one sum, then ceil(n / (RUN * WARPS)) such sums,
//     then WARPS: at most (RUN + n / (RUN * WARPS) + WARPS + 1) eps of sum(weight * |point - query|) / sum(weight).
//     With RUN = 512 that is 5e-5 of it at n = 1,000,000 for D <= 8; a plain sum would allow 6e-2.
//
// A query that no point reaches, since every weight rounds to 0 (from sqrt(2 * 126 * ln 2) = 13.2 bandwidths on), stays
// where it is. So it does on every rung, though float64 reaches farther. FlashAttention subtracts the largest exponent
// instead; a query that starts on a point has a weight of 1 and does not need it.
//
// What bounds it: the exponentials. A multiprocessor of compute capability 7.5 to 9.0 makes 16 of them a clock (CUDA
// programming guide, throughput of native arithmetic instructions), so an update takes q n / (16 multiprocessors clock)
// at least: 2.4 ms for q = n = 100,000 on the 132 multiprocessors of an H100 (SXM) at 1.98 GHz. A multiprocessor starts
// 4 * 32 lanes of instructions a clock, so 8 in the time of one exponential, and from compute capability 8.6 on all of
// them may be additions and multiplications. The loop below has, as compiled for D = 2 (tests/gpu/test_compiler.py):
//
//   3 additions, 4 multiply-adds and multiplications, 1 exponential; 0.4 for the loop and for reading the points
//
// for each pair: 8.4, so at most 8 / 8.4 = 95% of the bound can be had. (With D = 1 it is 5.2. For D > 2, and with half
// as many multipliers on compute capability 7.5 and 8.0, the additions and multiplications are the bound.)

constexpr int WIDE = 8;  // dimensions up to which several queries fit into a thread's registers


template <int D>
struct Shape {
    static constexpr int QUERIES = D <= 2 ? 4 : D <= WIDE ? 2 : 1;  // of a thread
    static constexpr int WARPS = D <= WIDE ? 8 : 4;
    static constexpr int THREADS = 32 * WARPS;
    static constexpr int CHUNK = D <= 4 ? 1024 : D <= WIDE ? 512 : 32;  // points in shared memory at a time
    static constexpr int GROUP = D % 4 == 0 ? 1 : D % 2 == 0 ? 2 : 4;   // the fewest points that are whole float4s
    static constexpr int RUN = 512;                                     // points of one warp added into one sum
};

// A coordinate that stands for no point: its square is finite, its weight 0, and so is their product.
constexpr float NOWHERE = 1e18f;

// Rounded here and now: fused with the subtraction to come, a point would not be at distance 0 from itself.
__device__ inline float scaled(float x, float origin, float scale) { return __fmul_rn(x - origin, scale); }


template <int D>
__global__ void __launch_bounds__(Shape<D>::THREADS)
fast(const float* __restrict__ queries, const float* __restrict__ points, float* __restrict__ moved, int q, int n,
     float scale) {
    constexpr int QUERIES = Shape<D>::QUERIES, WARPS = Shape<D>::WARPS, THREADS = Shape<D>::THREADS;
    constexpr int CHUNK = Shape<D>::CHUNK, GROUP = Shape<D>::GROUP;
    constexpr int CHUNKS_A_RUN = Shape<D>::RUN * WARPS / CHUNK;
    __shared__ __align__(16) float chunk[CHUNK * D];
    __shared__ float sums[QUERIES * (D + 1)][THREADS];  // of each query, for each warp; a thread has a column
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const int first = blockIdx.x * 32 * QUERIES;

    float query[QUERIES][D];
    for (int i = 0; i < QUERIES; ++i) {
        const int row = min(first + i * 32 + lane, q - 1);  // past the end: the last query again, never written
        for (int axis = 0; axis < D; ++axis)
            query[i][axis] = scaled(queries[(size_t)row * D + axis], points[axis], scale);
        for (int axis = 0; axis <= D; ++axis) sums[i * (D + 1) + axis][threadIdx.x] = 0.0f;
    }

    for (int start = 0; start < n;) {
        float shift[QUERIES][D] = {}, total[QUERIES] = {};
        for (int turn = 0; turn < CHUNKS_A_RUN && start < n; ++turn, start += CHUNK) {
            __syncthreads();  // nobody loads before all are done with the chunk before
            for (int at = threadIdx.x; at < CHUNK * D; at += THREADS) {
                const size_t from = (size_t)start * D + at;
                chunk[at] = from < (size_t)n * D ? scaled(points[from], points[at % D], scale) : NOWHERE;
            }
            __syncthreads();  // nobody computes before all have loaded
#pragma unroll 2
            for (int group = warp; group < CHUNK / GROUP; group += WARPS) {
                __align__(16) float point[GROUP * D];
                for (int at = 0; at < GROUP * D; at += 4)
                    *reinterpret_cast<float4*>(&point[at]) =
                        *reinterpret_cast<const float4*>(&chunk[group * GROUP * D + at]);
                for (int which = 0; which < GROUP; ++which)
                    for (int i = 0; i < QUERIES; ++i) {
                        float away[D], exponent = 0.0f;
                        for (int axis = 0; axis < D; ++axis) {
                            away[axis] = point[which * D + axis] - query[i][axis];
                            exponent -= away[axis] * away[axis];
                        }
                        const float weight = exp2f(exponent);
                        total[i] += weight;
                        for (int axis = 0; axis < D; ++axis) shift[i][axis] += weight * away[axis];
                    }
            }
        }
        for (int i = 0; i < QUERIES; ++i) {
            for (int axis = 0; axis < D; ++axis) sums[i * (D + 1) + axis][threadIdx.x] += shift[i][axis];
            sums[i * (D + 1) + D][threadIdx.x] += total[i];
        }
    }

    __syncthreads();  // the sums of all warps are there
    const int row = first + threadIdx.x;
    if (threadIdx.x < 32 * QUERIES && row < q) {
        const int i = threadIdx.x / 32;
        auto over_warps = [&](int axis) {
            float sum = 0.0f;
            for (int each = 0; each < WARPS; ++each) sum += sums[i * (D + 1) + axis][each * 32 + lane];
            return sum;
        };
        const float total = over_warps(D);
        for (int axis = 0; axis < D; ++axis) {
            const float shift = total > 0.0f ? over_warps(axis) / (total * scale) : 0.0f;
            moved[(size_t)row * D + axis] = queries[(size_t)row * D + axis] + shift;
        }
    }
}
