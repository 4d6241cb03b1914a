"""the sectors that are written are counted as well"""

answers = {
    "along.counters.load_sectors": 72,
    "down.counters.load_sectors": 576,
}
