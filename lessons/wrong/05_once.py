"""each number of a and b is read once and remembered: these loops remember nothing"""

answers = {
    "numbers_read": 21,
}
