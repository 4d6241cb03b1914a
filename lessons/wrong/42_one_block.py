"""the barriers of one block are counted, and there are more blocks than one:
how many tiles of 8 x 8 has c?"""

answers = {
    "counted(8).barriers": 2,
}
