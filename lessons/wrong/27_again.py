"""a sector that one warp has touched is not counted when another warp touches it"""

answers = {
    "down.counters.load_sectors": 36,
}
