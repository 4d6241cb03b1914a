"""a reshape has numbers of its own, even where it reads the memory in the order in which it lies"""

answers = {
    "line[9].item()": 21,
}
