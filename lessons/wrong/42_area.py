"""loads are divided by the area of a tile:
a number of a serves one row of threads, and not the whole block"""

answers = {
    "counted(2).global_loads": 2048,
    "counted(8).global_loads": 128,
}
