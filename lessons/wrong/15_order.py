"""the chain is bracketed the other way: (a b) c is from the left, a (b c) from the right"""

answers = {
    "left": 120,
    "right": 500,
}
