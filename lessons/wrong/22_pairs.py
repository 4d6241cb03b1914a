"""each query meets one point, and not every point"""

answers = {
    "difference.shape": (3, 2),
    "difference.size": 6,
    "weights.shape": (3,),
}
