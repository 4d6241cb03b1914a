"""threads that want the same number wait for each other:
a bank gives it to all of them at once"""

answers = {
    "conflicts(0)": 31,
}
