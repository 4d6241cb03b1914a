"""each thread has work: count the threads of all the blocks first, and then the numbers"""

answers = {
    "idle[0]": 0,
    "idle[1]": 0,
}
