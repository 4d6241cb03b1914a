"""only one of the two matrices is fetched for all threads together:
how often is a number of the other one loaded?"""

answers = {
    "counted(2).global_loads": 6144,
    "counted(8).global_loads": 4608,
}
