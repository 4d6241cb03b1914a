"""points are compared with points: only centres are asked"""

answers = {
    "len(points) * len(once)": 36,
}
