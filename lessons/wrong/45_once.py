"""x[i] inside a loop is loaded once and then known:
only what a variable holds stays in a register"""

answers = {
    "one.global_loads": 210,
}
