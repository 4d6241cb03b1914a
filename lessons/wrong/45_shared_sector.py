"""a number that all threads want at the same time is loaded once for all:
it is one sector, but each thread loads it"""

answers = {
    "two.global_loads": 20,
}
