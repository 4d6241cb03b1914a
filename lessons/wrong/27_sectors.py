"""each thread's number is a sector of its own, also where threads of a warp are neighbours"""

answers = {
    "along.counters.load_sectors": 288,
}
