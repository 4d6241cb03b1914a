"""what one thread moves is counted:
there are ten threads, and the counters add them up"""

answers = {
    "one.global_loads": 30,
    "one.global_stores": 11,
    "two.global_loads": 11,
    "two.global_stores": 1,
}
