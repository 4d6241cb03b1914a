// The last two rungs of the matmul ladder on the GPU: c = a @ b in float32, for any m, k, n.
//
// Here Python stops being enough. CuPy's JIT knows neither an array that lives in a thread's registers nor a load of
// four floats at once. These two kernels need both.
//
// All matrices are row-major and contiguous. A block of 256 threads makes one 128 x 128 tile of c, and walks along k in
// steps of 8. Tiles are numbered row by row in blockIdx.x alone, since gridDim.y ends at 65,535.

constexpr int TILE = 128;     // rows and columns of c that a block makes
constexpr int DEPTH = 8;      // how much of k is in shared memory at a time
constexpr int THREADS = 256;  // of a block
constexpr int PATCH = 8;      // rows and columns of c that a thread makes
constexpr int SIDE = 16;      // threads along each side of the tile: TILE / PATCH


// gpu_register_tiled: each thread makes an 8 x 8 patch of c and keeps it in registers.
//
// Why it is faster than one element a thread: there, each multiply-add reads two floats from shared memory, which
// delivers 32 floats a clock where an H100's 128 multipliers could use 256. Here 16 reads feed 64 multiply-adds.
//
// Contract: block (SIDE, SIDE); gridDim.x is the number of tiles. Each block reads TILE rows of a and TILE columns of b
// from global memory once, so every element of a is read n / 128 times in all and every element of b m / 128 times;
// each element of c is written once. What lies beyond an edge is read as 0 and never written.
// Shared memory: (128*8 + 8*128) floats = 8,192 bytes. Registers: 64 of a thread hold its patch.
//
// The patch is not one square: its rows and columns are 16 apart, so that the 16 neighbouring threads of a half-warp
// read 16 neighbouring floats of b (no bank conflict) and write 16 neighbouring floats of c (whole sectors).
extern "C" __global__ void __launch_bounds__(THREADS, 2)
register_tiled(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, int m, int k, int n) {
    __shared__ float a_tile[TILE][DEPTH];
    __shared__ float b_tile[DEPTH][TILE];
    const int tiles_across = (n + TILE - 1) / TILE;
    const int first_row = blockIdx.x / tiles_across * TILE;
    const int first_col = blockIdx.x % tiles_across * TILE;
    const int thread = threadIdx.y * SIDE + threadIdx.x;
    float patch[PATCH][PATCH] = {};

    for (int start = 0; start < k; start += DEPTH) {
        for (int at = thread; at < TILE * DEPTH; at += THREADS) {
            const int row = first_row + at / DEPTH, inner = start + at % DEPTH;
            a_tile[at / DEPTH][at % DEPTH] = row < m && inner < k ? a[(size_t)row * k + inner] : 0.0f;
        }
        for (int at = thread; at < DEPTH * TILE; at += THREADS) {
            const int inner = start + at / TILE, col = first_col + at % TILE;
            b_tile[at / TILE][at % TILE] = inner < k && col < n ? b[(size_t)inner * n + col] : 0.0f;
        }
        __syncthreads();  // nobody computes before all have loaded
        for (int inner = 0; inner < DEPTH; ++inner) {
            float down[PATCH], across[PATCH];
            for (int i = 0; i < PATCH; ++i) down[i] = a_tile[threadIdx.y + i * SIDE][inner];
            for (int j = 0; j < PATCH; ++j) across[j] = b_tile[inner][threadIdx.x + j * SIDE];
            for (int i = 0; i < PATCH; ++i)
                for (int j = 0; j < PATCH; ++j) patch[i][j] += down[i] * across[j];
        }
        __syncthreads();  // nobody loads the next tiles before all have computed
    }

    for (int i = 0; i < PATCH; ++i)
        for (int j = 0; j < PATCH; ++j) {
            const int row = first_row + threadIdx.y + i * SIDE, col = first_col + threadIdx.x + j * SIDE;
            if (row < m && col < n) c[(size_t)row * n + col] = patch[i][j];
        }
}


// gpu_vectorised: the same patches, fed by loads of four floats (float4), from two sets of tiles that take turns.
//
// What it adds to register_tiled:
//   1. float4: one instruction moves 16 bytes, from global memory as from shared. Of a's tile a thread needs a column,
//      so that tile is stored transposed, and its 8 floats of a and 8 of b take 4 loads instead of 16.
//   2. Double buffering: while a block computes on one pair of tiles, the next pair is on its way from global memory
//      into registers, and then goes into the other pair of tiles. One barrier a step instead of two.
//   3. Warp tiles: a warp makes a compact 64 x 32 part of the tile, a thread in it four 4 x 4 squares. A warp's float4
//      loads then touch 32 floats of a and 16 of b side by side, each bank once; threads that want the same float share
//      one read.
//
// Contract: THREADS threads in x; gridDim.x is the number of tiles. Global reads and writes as in register_tiled.
// ALIGNED promises that k and n are multiples of 4 and all three matrices start at a multiple of 16 bytes, so that no
// float4 crosses the end of a row. Without it every load and store is of one float, guarded; all else is the same.
// Shared memory: 2 * (8*132 + 8*128) floats = 16,640 bytes. Registers: 64 for the patch, 16 for the floats it is fed
// with, 8 for what is on its way; the launch bounds hold the compiler to 128, so that two blocks fit on one
// multiprocessor and one computes while the other waits at its barrier.
constexpr int A_PITCH = TILE + 4;  // a row of the transposed tile; the 4 spread the stores over all 32 banks
constexpr int WARP_ROWS = 64, WARP_COLS = 32;
constexpr int LANE_ROWS = 8, LANE_COLS = 4;  // how the 32 threads of a warp stand

// Four floats side by side, of which the first `left` lie in the matrix; the others are 0.
template <bool ALIGNED>
__device__ inline float4 load4(const float* at, int left) {
    if (ALIGNED && left > 0) return *reinterpret_cast<const float4*>(at);
    return make_float4(left > 0 ? at[0] : 0.0f, left > 1 ? at[1] : 0.0f, left > 2 ? at[2] : 0.0f,
                       left > 3 ? at[3] : 0.0f);
}

template <bool ALIGNED>
__device__ inline void store4(float* at, int left, const float* four) {
    if (ALIGNED && left > 0) *reinterpret_cast<float4*>(at) = make_float4(four[0], four[1], four[2], four[3]);
    for (int j = 0; j < 4; ++j)
        if (!ALIGNED && j < left) at[j] = four[j];
}

template <bool ALIGNED>
__global__ void __launch_bounds__(THREADS, 2)
vectorised(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, int m, int k, int n) {
    __shared__ __align__(16) float a_tiles[2][DEPTH][A_PITCH];  // transposed: a_tiles[turn][inner][row]
    __shared__ __align__(16) float b_tiles[2][DEPTH][TILE];
    const int tiles_across = (n + TILE - 1) / TILE;
    const int first_row = blockIdx.x / tiles_across * TILE;
    const int first_col = blockIdx.x % tiles_across * TILE;

    // What this thread carries into shared memory: four floats of a row of a, and four of a row of b.
    const int a_row = threadIdx.x / 2, a_inner = threadIdx.x % 2 * 4;
    const int b_inner = threadIdx.x / 32, b_col = threadIdx.x % 32 * 4;
    const float* a_at = a + (size_t)(first_row + a_row) * k + a_inner;
    const float* b_at = b + (size_t)b_inner * n + first_col + b_col;
    int a_left = first_row + a_row < m ? k - a_inner : 0, b_left = k - b_inner;  // floats of the row; rows
    float4 from_a, from_b;
    auto fetch = [&] {
        from_a = load4<ALIGNED>(a_at, a_left);
        from_b = load4<ALIGNED>(b_at, b_left > 0 ? n - first_col - b_col : 0);
        a_at += DEPTH, a_left -= DEPTH;
        b_at += (size_t)DEPTH * n, b_left -= DEPTH;
    };
    auto put = [&](int turn) {
        a_tiles[turn][a_inner][a_row] = from_a.x;
        a_tiles[turn][a_inner + 1][a_row] = from_a.y;
        a_tiles[turn][a_inner + 2][a_row] = from_a.z;
        a_tiles[turn][a_inner + 3][a_row] = from_a.w;
        *reinterpret_cast<float4*>(&b_tiles[turn][b_inner][b_col]) = from_b;
    };

    // What it computes: rows row..row+3 and row+32..row+35, columns col..col+3 and col+16..col+19 of the tile.
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    const int row = warp / 4 * WARP_ROWS + lane / LANE_COLS * 4;
    const int col = warp % 4 * WARP_COLS + lane % LANE_COLS * 4;
    float patch[PATCH][PATCH] = {};

    fetch();
    put(0);
    __syncthreads();
    for (int start = 0, turn = 0; start < k; start += DEPTH, turn = 1 - turn) {
        fetch();  // asked for now, needed only after the arithmetic below; after the last step it fetches zeros
#pragma unroll 4  // all 8 at once would need more registers than there are
        for (int inner = 0; inner < DEPTH; ++inner) {
            __align__(16) float down[PATCH], across[PATCH];
            for (int half = 0; half < 2; ++half) {
                const float* a_four = &a_tiles[turn][inner][row + half * LANE_ROWS * 4];
                const float* b_four = &b_tiles[turn][inner][col + half * LANE_COLS * 4];
                *reinterpret_cast<float4*>(&down[half * 4]) = *reinterpret_cast<const float4*>(a_four);
                *reinterpret_cast<float4*>(&across[half * 4]) = *reinterpret_cast<const float4*>(b_four);
            }
            for (int i = 0; i < PATCH; ++i)
                for (int j = 0; j < PATCH; ++j) patch[i][j] += down[i] * across[j];
        }
        put(1 - turn);  // over the tiles of the step before: all are done with those since the last barrier
        __syncthreads();
    }

    for (int i = 0; i < PATCH; ++i)
        for (int half = 0; half < 2; ++half) {
            const int c_row = first_row + row + i % 4 + i / 4 * LANE_ROWS * 4;
            const int c_col = first_col + col + half * LANE_COLS * 4;
            store4<ALIGNED>(c + (size_t)c_row * n + c_col, c_row < m ? n - c_col : 0, &patch[i][half * 4]);
        }
}
