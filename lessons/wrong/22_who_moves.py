"""the points are thought to move, and not the queries"""

answers = {
    "moved.shape": (4, 2),
}
