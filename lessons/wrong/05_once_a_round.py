"""one number is read for each multiplication"""

answers = {
    "numbers_read": 30,
}
