"""a point that is no core point is noise, even beside a core point"""

answers = {
    "found.labels_.tolist()": [-1, 0, 0, -1, -1, -1, -1],
}
