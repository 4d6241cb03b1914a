"""the threads that the guard keeps away read too"""

answers = {
    "down.counters.global_loads": 1536,
}
