"""the two are exchanged: in `along` it is the column that counts along x"""

answers = {
    "along.counters.load_sectors": 288,
    "down.counters.load_sectors": 36,
}
