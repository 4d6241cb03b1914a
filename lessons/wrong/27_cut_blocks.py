"""the blocks are cut to the size of x: count the threads of all blocks first, then the numbers"""

answers = {
    "idle[0]": 0,
    "idle[1]": 0,
}
